import type { NumberView, TrunkView } from "@agentcall/contract";
import { Alert, Anchor, List, Stack } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { phoneNumberText } from "../../parts/phone-number-text.ts";
import { stateOf } from "../numbers/number-list.ts";

const shownMax = 5; // the screens of numbers and trunks show all of them

type Matter = { readonly path: string; readonly name: string; readonly why: string };

/** The lines that are down and the numbers whose callers get no answer. Nothing when all is well. */
export function Attention({
  numbers,
  trunks,
}: {
  readonly numbers: readonly NumberView[];
  readonly trunks: readonly TrunkView[];
}): ReactNode {
  const down = trunks
    .filter(({ state }) => state === "down")
    .map(({ id, name }) => ({ path: `/trunks?open=${id}`, name, why: "" }));
  const failing = numbers
    .filter((number) => stateOf(number).kind === "bad")
    .map((number) => ({
      path: `/numbers?open=${number.id}`,
      name: phoneNumberText(number.number),
      why: `: ${stateOf(number).words}`,
    }));
  return (
    <Stack gap="sm">
      <Matters
        matters={down}
        one="One trunk is down"
        many={(count) => `${count} trunks are down`}
      />
      <Matters
        matters={failing}
        one="One number cannot answer"
        many={(count) => `${count} numbers cannot answer`}
      />
    </Stack>
  );
}

function Matters({
  matters,
  one,
  many,
}: {
  readonly matters: readonly Matter[];
  readonly one: string;
  readonly many: (count: string) => string;
}): ReactNode {
  if (matters.length === 0) return null;
  const title = matters.length === 1 ? one : many(String(matters.length));
  return (
    <Alert color="red" icon={<IconAlertTriangle size={18} />} title={title}>
      <List size="sm" withPadding={false} listStyleType="none">
        {matters.slice(0, shownMax).map(({ path, name, why }) => (
          <List.Item key={path}>
            <Anchor href={`#${path}`} size="sm" underline="always">
              {name}
            </Anchor>
            {why}
          </List.Item>
        ))}
      </List>
    </Alert>
  );
}
