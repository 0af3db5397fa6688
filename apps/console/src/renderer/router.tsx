import {
  createHashHistory,
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from "@tanstack/react-router";
import { Shell } from "./shell/shell.tsx";
import { pages } from "./shell/page-list.ts";

const rootRoute = createRootRoute();

/** Everything but pairing stands inside the shell, which first makes sure that there is an appliance. */
const shellRoute = createRoute({ getParentRoute: () => rootRoute, id: "shell", component: Shell });

const pairRoute = createRoute({
  getParentRoute: () => rootRoute,
  path: "/pair",
  component: lazyRouteComponent(() => import("./pages/pair/page.tsx"), "Page"),
});

const pageRoutes = pages.map(({ path, load }) =>
  createRoute({
    getParentRoute: () => shellRoute,
    path,
    component: lazyRouteComponent(load, "Page"),
  }),
);

const callRoute = createRoute({
  getParentRoute: () => shellRoute,
  path: "/calls/$callId",
  component: lazyRouteComponent(() => import("./pages/call/page.tsx"), "Page"),
});

/** Filters and the open record stand in the address after `#`, so that they are still there on return. */
export const router = createRouter({
  routeTree: rootRoute.addChildren([pairRoute, shellRoute.addChildren([...pageRoutes, callRoute])]),
  history: createHashHistory(),
  defaultPreload: "intent",
});
