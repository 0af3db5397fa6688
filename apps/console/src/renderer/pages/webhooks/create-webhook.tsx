import { type WebhookEvent, webhookEvents, webhookEventSchema } from "@agentcall/contract";
import { Button, Checkbox, Group, Modal, SimpleGrid, Stack, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type ReactNode, type SubmitEvent, useState } from "react";
import { ApiError } from "../../api/api-client.ts";
import { createWebhook } from "../../api/webhooks.ts";
import { ShownOnce } from "../../parts/copy-value.tsx";
import { ProblemBox } from "../../parts/problem-box.tsx";

const eventTexts: Readonly<Record<WebhookEvent, string>> = {
  "call.inbound": "A call comes in",
  "call.ringing": "A phone rings",
  "call.status": "A call is answered or ends",
  "call.recording": "A recording is ready",
  "call.transcript": "The transcript, after the call",
  "call.report.ready": "The report is ready",
  "transcript.partial": "Each line as it is spoken",
  "usage.export.delivered": "An export was delivered",
  "byok.key.failing": "A number's key fails",
};

/** One more address; its secret is shown once. */
export function CreateWebhook({
  opened,
  onClose,
}: {
  readonly opened: boolean;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <Modal opened={opened} onClose={onClose} title="Add a webhook" size={560}>
      {/* Closed means gone: the secret leaves the page together with the form. */}
      {opened ? <Form onClose={onClose} /> : null}
    </Modal>
  );
}

function Form({ onClose }: { readonly onClose: () => void }): ReactNode {
  const [url, setUrl] = useState("https://");
  const [events, setEvents] = useState<WebhookEvent[]>(["call.status", "call.transcript"]);
  const create = useMutation({ mutationFn: () => createWebhook({ url, events }), gcTime: 0 });
  if (create.data !== undefined) {
    return <SecretShown secret={create.data.secret} onClose={onClose} />;
  }
  const fields = create.error instanceof ApiError ? create.error.fields : {};
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    create.mutate();
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="md">
        <TextInput
          label="Address"
          description="https, and reachable from the appliance"
          required
          data-autofocus
          value={url}
          error={fields["url"]}
          onChange={(event) => {
            setUrl(event.currentTarget.value);
          }}
        />
        <Checkbox.Group
          label="Is told of"
          value={events}
          error={events.length === 0 ? "Choose at least one." : fields["events"]}
          onChange={(chosen) => {
            setEvents(chosen.map((each) => webhookEventSchema.parse(each)));
          }}
        >
          <SimpleGrid cols={2} mt={6} verticalSpacing="xs">
            {webhookEvents.map((each) => (
              <Checkbox key={each} value={each} label={eventTexts[each]} description={each} />
            ))}
          </SimpleGrid>
        </Checkbox.Group>
        {create.isError && Object.keys(fields).length === 0 ? (
          <ProblemBox what="The webhook was not added." error={create.error} />
        ) : null}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={create.isPending}>
            Add webhook
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** A webhook's secret, this once. */
export function SecretShown({
  secret,
  onClose,
}: {
  readonly secret: string | null;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <Stack gap="md">
      <div>
        <ShownOnce
          label="the secret"
          value={secret ?? ""}
          use="Your server checks the signature of each delivery with this secret."
        />
      </div>
      <Group justify="flex-end">
        <Button onClick={onClose}>I have it</Button>
      </Group>
    </Stack>
  );
}
