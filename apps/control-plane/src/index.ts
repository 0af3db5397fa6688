export type {
  ControlPlane,
  ControlPlaneOptions,
  ControlPlaneState,
} from "./control-plane-options.ts";
export { startControlPlane } from "./control-plane.ts";
