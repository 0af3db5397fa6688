import { Text, Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useNextCallContext } from "../../api/contacts.ts";
import { Loaded } from "../../parts/loaded.tsx";

/** The brief that the agent is given when this caller calls next, word for word. */
export function NextCall({ contactId }: { readonly contactId: string }): ReactNode {
  const context = useNextCallContext(contactId);
  return (
    <section aria-label="What the agent will know">
      <Title order={2}>What the agent will know</Title>
      <Loaded query={context} failure="The brief could not be read." rows={1}>
        {({ brief, isEmpty }) => (
          <Text size="sm" {...(isEmpty ? { c: "dimmed" } : {})}>
            {isEmpty ? "Nothing: the next call begins as if it were the first." : brief}
          </Text>
        )}
      </Loaded>
    </section>
  );
}
