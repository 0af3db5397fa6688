import type { NumberView } from "@agentcall/contract";
import { Alert, Anchor, List } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { phoneNumberText } from "../../parts/phone-number-text.ts";
import { stateOf } from "../numbers/number-list.ts";

const shownMax = 5; // the numbers' own screen shows all of them

/** The numbers whose callers get no answer. Nothing is shown when all is well. */
export function Attention({ numbers }: { readonly numbers: readonly NumberView[] }): ReactNode {
  const failing = numbers.filter((number) => stateOf(number).kind === "bad");
  if (failing.length === 0) return null;
  const title = failing.length === 1 ? "One number" : `${String(failing.length)} numbers`;
  return (
    <Alert color="red" icon={<IconAlertTriangle size={18} />} title={`${title} cannot answer`}>
      <List size="sm" withPadding={false} listStyleType="none">
        {failing.slice(0, shownMax).map((number) => (
          <List.Item key={number.id}>
            <Anchor href={`#/numbers?open=${number.id}`} size="sm" underline="always">
              {phoneNumberText(number.number)}
            </Anchor>
            {`: ${stateOf(number).words}`}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
