import {
  IconAddressBook,
  IconBell,
  IconHistory,
  IconHome,
  IconKey,
  IconLock,
  IconPhone,
  IconPhoneCall,
  IconPlugConnected,
  IconReceipt,
  IconSettings,
  IconShieldCheck,
  IconStethoscope,
  IconWebhook,
  type TablerIcon,
} from "@tabler/icons-react";
import type { ComponentType } from "react";
import { LiveCount } from "./live-count.tsx";

/** One screen of the console. */
export type Page = {
  readonly path: string;
  readonly label: string;
  readonly group: "" | "Calls" | "Configure" | "Account" | "System";
  readonly icon: TablerIcon;
  /** Pressed after `g`. */
  readonly jumpKey: string;
  /** Stands at the right of its link, such as how many there are. */
  readonly badge?: ComponentType;
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
    path: "/live",
    label: "Live calls",
    group: "Calls",
    icon: IconPhoneCall,
    jumpKey: "l",
    badge: LiveCount,
    load: () => import("../pages/live/page.tsx"),
  },
  {
    path: "/calls",
    label: "Calls",
    group: "Calls",
    icon: IconHistory,
    jumpKey: "c",
    load: () => import("../pages/calls/page.tsx"),
  },
  {
    path: "/contacts",
    label: "Contacts",
    group: "Calls",
    icon: IconAddressBook,
    jumpKey: "m",
    load: () => import("../pages/contacts/page.tsx"),
  },
  {
    path: "/briefs",
    label: "Briefs",
    group: "Calls",
    icon: IconBell,
    jumpKey: "b",
    load: () => import("../pages/briefs/page.tsx"),
  },
  {
    path: "/numbers",
    label: "Numbers",
    group: "Configure",
    icon: IconPhone,
    jumpKey: "n",
    load: () => import("../pages/numbers/page.tsx"),
  },
  {
    path: "/keys",
    label: "OpenAI keys",
    group: "Configure",
    icon: IconKey,
    jumpKey: "k",
    load: () => import("../pages/keys/page.tsx"),
  },
  {
    path: "/trunks",
    label: "Trunks",
    group: "Configure",
    icon: IconPlugConnected,
    jumpKey: "t",
    load: () => import("../pages/trunks/page.tsx"),
  },
  {
    path: "/webhooks",
    label: "Webhooks",
    group: "Configure",
    icon: IconWebhook,
    jumpKey: "w",
    load: () => import("../pages/webhooks/page.tsx"),
  },
  {
    path: "/usage",
    label: "Usage and billing",
    group: "Account",
    icon: IconReceipt,
    jumpKey: "u",
    load: () => import("../pages/usage/page.tsx"),
  },
  {
    path: "/access",
    label: "Access",
    group: "Account",
    icon: IconLock,
    jumpKey: "x",
    load: () => import("../pages/access/page.tsx"),
  },
  {
    path: "/audit",
    label: "Audit",
    group: "Account",
    icon: IconShieldCheck,
    jumpKey: "a",
    load: () => import("../pages/audit/page.tsx"),
  },
  {
    path: "/settings",
    label: "Settings",
    group: "System",
    icon: IconSettings,
    jumpKey: "s",
    load: () => import("../pages/settings/page.tsx"),
  },
  {
    path: "/diagnostics",
    label: "Diagnostics",
    group: "System",
    icon: IconStethoscope,
    jumpKey: "d",
    load: () => import("../pages/diagnostics/page.tsx"),
  },
];

export const pageGroups = ["", "Calls", "Configure", "Account", "System"] as const;
