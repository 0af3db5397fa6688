export {
  type ControlPlane,
  type ControlPlaneOptions,
  type ControlPlaneState,
  startControlPlane,
} from "./control-plane.ts";
