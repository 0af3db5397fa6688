import { useBlocker } from "@tanstack/react-router";
import { modals } from "@mantine/modals";
import { Text } from "@mantine/core";
import { useState } from "react";

/** Asks before what was typed is lost. Resolves with true where it may be lost. */
function mayLoseChanges(what: string): Promise<boolean> {
  return new Promise((resolve) => {
    modals.openConfirmModal({
      title: "Leave without saving?",
      children: <Text size="sm">What you changed in {what} is not saved yet.</Text>,
      labels: { confirm: "Discard changes", cancel: "Go on editing" },
      confirmProps: { color: "red" },
      onConfirm: () => {
        resolve(true);
      },
      onCancel: () => {
        resolve(false);
      },
      onClose: () => {
        resolve(false);
      },
    });
  });
}

/** Keeps the screen open while `isDirty`, unless the admin says that the changes may go. */
export function useUnsavedGuard(isDirty: boolean, what: string): void {
  useBlocker({
    shouldBlockFn: async () => isDirty && !(await mayLoseChanges(what)),
    enableBeforeUnload: () => isDirty,
  });
}

/** Closes at once, or after asking where its form has said that something is not saved. */
export function useGuardedClose(
  what: string,
  onClose: () => void,
): { readonly close: () => void; readonly setDirty: (isDirty: boolean) => void } {
  const [isDirty, setDirty] = useState(false);
  const close = (): void => {
    if (!isDirty) onClose();
    else
      void mayLoseChanges(what).then((may) => {
        if (may) onClose();
      });
  };
  return { close, setDirty };
}
