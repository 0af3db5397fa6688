import type { TrunkDraft } from "./trunk-draft.ts";

/** What each part of the form is given. */
export type FieldsProps = {
  readonly draft: TrunkDraft;
  readonly change: (part: Partial<TrunkDraft>) => void;
  /** What the appliance found wrong, by the path of the field. */
  readonly faults: Readonly<Record<string, string>>;
};

/** What is wrong anywhere below a field, such as at `servers.0.host`. */
export function faultUnder(
  faults: Readonly<Record<string, string>>,
  field: string,
): string | undefined {
  return Object.entries(faults).find(
    ([path]) => path === field || path.startsWith(`${field}.`),
  )?.[1];
}
