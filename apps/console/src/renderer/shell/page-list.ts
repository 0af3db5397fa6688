import { IconHome, IconPhone, type TablerIcon } from "@tabler/icons-react";
import type { ComponentType } from "react";

/** One screen of the console. */
export type Page = {
  readonly path: string;
  readonly label: string;
  readonly group: "" | "Calls" | "Configure" | "Account" | "System";
  readonly icon: TablerIcon;
  /** Pressed after `g`. */
  readonly jumpKey: string;
  /** Loaded when it is first opened. */
  readonly load: () => Promise<{ readonly Page: ComponentType }>;
};

/** Every screen, in the order of the sidebar. The router, the palette and the jump keys come from here. */
export const pages: readonly Page[] = [
  {
    path: "/",
    label: "Overview",
    group: "",
    icon: IconHome,
    jumpKey: "o",
    load: () => import("../pages/overview/page.tsx"),
  },
  {
    path: "/numbers",
    label: "Numbers",
    group: "Configure",
    icon: IconPhone,
    jumpKey: "n",
    load: () => import("../pages/numbers/page.tsx"),
  },
];

export const pageGroups = ["", "Calls", "Configure", "Account", "System"] as const;
