/** A model as `GET /v1/models` shows it. Days in UTC epoch seconds. */
type ListedModel = {
  readonly id: string;
  readonly object: "model";
  readonly created: number;
  readonly owned_by: "practice";
  readonly shutdown_date: string | null;
};

const endsInJanuary = "2027-01-20";

/** The models this provider answers for, with the shutdown dates the real service shows. */
export const models: readonly ListedModel[] = [
  model("gpt-realtime", endsInJanuary),
  model("gpt-realtime-mini", endsInJanuary),
  model("gpt-realtime-2", null),
  model("gpt-realtime-2.1", null),
  model("gpt-realtime-2.1-mini", null),
  model("gpt-4o-mini-transcribe", "2027-02-26"),
  model("gpt-transcribe", null),
  model("gpt-5-mini", null),
];

function model(id: string, shutdownDate: string | null): ListedModel {
  return {
    id,
    object: "model",
    created: 1_767_225_600,
    owned_by: "practice",
    shutdown_date: shutdownDate,
  };
}
