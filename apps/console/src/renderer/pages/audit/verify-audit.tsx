import { Alert, Button, Modal, Text } from "@mantine/core";
import { IconShieldCheck, IconShieldX } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { type AuditVerdict, verifyAudit } from "../../api/audit.ts";
import { CopyValue } from "../../parts/copy-value.tsx";
import { ProblemBox } from "../../parts/problem-box.tsx";

/** Reckons the chain of hashes anew, and says whether anybody has touched the record. */
export function VerifyAudit(): ReactNode {
  const verify = useMutation({ mutationFn: verifyAudit });
  return (
    <>
      <Button
        variant="default"
        leftSection={<IconShieldCheck size={16} />}
        loading={verify.isPending}
        onClick={() => {
          verify.mutate();
        }}
      >
        Verify
      </Button>
      <Modal
        opened={verify.data !== undefined || verify.isError}
        onClose={verify.reset}
        title="Is the audit as it was written?"
      >
        {verify.isError ? (
          <ProblemBox what="The audit could not be verified." error={verify.error} />
        ) : null}
        {verify.data === undefined ? null : <Verdict verdict={verify.data} />}
      </Modal>
    </>
  );
}

const faults = {
  altered: "was changed after it was written",
  removed: "is not there any more",
  moved: "stands in another place than it was written",
} as const;

function Verdict({ verdict }: { readonly verdict: AuditVerdict }): ReactNode {
  const { ok, entries, head, brokenAt, fault } = verdict;
  if (ok) {
    return (
      <Alert
        color="teal"
        role="status"
        icon={<IconShieldCheck size={18} />}
        title={`All ${String(entries ?? 0)} entries are as they were written`}
      >
        <Text size="sm" mb="xs">
          Keep this hash outside of the appliance: it stands for every entry so far, and shows later
          whether any was cut off the end.
        </Text>
        {head === null ? null : <CopyValue label="the hash" value={head} />}
      </Alert>
    );
  }
  return (
    <Alert
      color="red"
      role="alert"
      icon={<IconShieldX size={18} />}
      title={`Entry ${String(brokenAt ?? 0)} ${fault === null ? "is not as it was written" : faults[fault]}`}
    >
      <Text size="sm">
        Somebody has touched the record in the database. Entries before it are sound. Keep the
        database file as it is, and compare it with the last backup.
      </Text>
    </Alert>
  );
}
