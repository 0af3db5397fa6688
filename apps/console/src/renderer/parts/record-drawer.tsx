import { Drawer } from "@mantine/core";
import type { ReactNode } from "react";

/** One record beside the table that it was opened from, which stays in sight and in use. */
export function RecordDrawer({
  opened,
  onClose,
  size = 560,
  title,
  children,
}: {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly size?: number;
  readonly title: ReactNode;
  readonly children: ReactNode;
}): ReactNode {
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      position="right"
      size={size}
      withOverlay={false}
      lockScroll={false}
      trapFocus={false}
      title={title}
    >
      {children}
    </Drawer>
  );
}
