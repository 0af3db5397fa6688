import type { TrunkView } from "@agentcall/contract";
import { Modal, Radio, Stack } from "@mantine/core";
import { type ReactNode, useState } from "react";
import { createTrunk } from "../../api/trunks.ts";
import { useGuardedClose } from "../../parts/unsaved-guard.tsx";
import { differs, newTrunkDraft, settingsOf, type TrunkDraft } from "./trunk-draft.ts";
import { TrunkForm } from "./trunk-form.tsx";
import { trunkPresets } from "./trunk-presets.ts";

/** A carrier's line: what kind of line it is fills in most of it. */
export function AddTrunk({
  opened,
  onClose,
  onAdded,
}: {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onAdded: (trunk: TrunkView) => void;
}): ReactNode {
  const { close, setDirty } = useGuardedClose("this trunk", onClose);
  return (
    <Modal opened={opened} onClose={close} title="Add a trunk" size={620}>
      {/* Closed means gone: a password leaves the page together with the form. */}
      {opened ? <Content onAdded={onAdded} onDirty={setDirty} /> : null}
    </Modal>
  );
}

function Content({
  onAdded,
  onDirty,
}: {
  readonly onAdded: (trunk: TrunkView) => void;
  readonly onDirty: (isDirty: boolean) => void;
}): ReactNode {
  const [presetId, setPresetId] = useState<string | null>(null);
  const [draft, setDraft] = useState(newTrunkDraft);
  const change = (next: TrunkDraft): void => {
    setDraft(next);
    onDirty(differs(next, newTrunkDraft));
  };
  const choose = (id: string): void => {
    setPresetId(id);
    change({ ...draft, ...trunkPresets.find((preset) => preset.id === id)?.sets });
  };
  return (
    <Stack gap="md">
      <Radio.Group label="What kind of line it is" value={presetId} onChange={choose}>
        <Stack gap={8} mt={6}>
          {trunkPresets.map(({ id, label, note }) => (
            <Radio key={id} value={id} label={label} description={note} />
          ))}
        </Stack>
      </Radio.Group>
      <TrunkForm
        draft={draft}
        saved={newTrunkDraft}
        onChange={change}
        passwordIsStored={false}
        verb="Add trunk"
        failure="The trunk was not added."
        save={async () => {
          onAdded(await createTrunk(settingsOf(draft)));
        }}
      />
    </Stack>
  );
}
