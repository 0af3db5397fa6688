import type { ContactView } from "@agentcall/contract";
import { Anchor, Stack, Tabs, Text } from "@mantine/core";
import type { ReactNode } from "react";
import { useContact } from "../../api/contacts.ts";
import { RecordDrawer } from "../../parts/record-drawer.tsx";
import { Loaded } from "../../parts/loaded.tsx";
import { phoneNumberText } from "../../parts/phone-number-text.ts";
import { Candidates } from "./candidates.tsx";
import { ContactForm } from "./contact-form.tsx";
import { ForgetContact } from "./forget-contact.tsx";
import { Memories } from "./memories.tsx";
import { NextCall } from "./next-call.tsx";

/** One caller: what the agent will know, where it comes from, and what may be done about it. */
export function ContactDrawer({
  phone,
  onClose,
}: {
  readonly phone: string | null;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <RecordDrawer
      opened={phone !== null}
      onClose={onClose}
      title={
        <Text size="lg" fw={650}>
          {phone === null ? "" : phoneNumberText(phone)}
        </Text>
      }
    >
      {phone === null ? null : <OneContact key={phone} phone={phone} onClose={onClose} />}
    </RecordDrawer>
  );
}

function OneContact({
  phone,
  onClose,
}: {
  readonly phone: string;
  readonly onClose: () => void;
}): ReactNode {
  const contact = useContact(phone);
  return (
    <Loaded query={contact} failure="The contact could not be read.">
      {(found) => <Content contact={found} onClose={onClose} />}
    </Loaded>
  );
}

function Content({
  contact,
  onClose,
}: {
  readonly contact: ContactView;
  readonly onClose: () => void;
}): ReactNode {
  return (
    <Stack gap="sm">
      <Anchor href={`#/calls?from=${encodeURIComponent(contact.phone)}`} size="sm">
        Calls of this number
      </Anchor>
      <Tabs defaultValue="memory">
        <Tabs.List mb="md">
          <Tabs.Tab value="memory">Memory</Tabs.Tab>
          <Tabs.Tab value="contact">Contact</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="memory">
          <Stack gap="lg">
            <NextCall contactId={contact.id} />
            <Candidates contactId={contact.id} />
            <Memories contactId={contact.id} />
          </Stack>
        </Tabs.Panel>
        <Tabs.Panel value="contact">
          <ContactForm contact={contact} />
          <ForgetContact contact={contact} onForgotten={onClose} />
        </Tabs.Panel>
      </Tabs>
    </Stack>
  );
}
