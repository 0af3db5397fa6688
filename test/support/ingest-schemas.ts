import { Ajv, type ValidateFunction } from "ajv";

const text = { type: "string", minLength: 1 };
const moment = { type: ["string", "null"], format: "date-time" };

/**
 * An event as OpenMeter's ingest operation takes it: what the schema `Event` of `api/openapi.yaml` in
 * openmeterio/openmeter (97d73fb6, 2026) asks for, in the words of JSON Schema. Of CloudEvents it
 * wants the subject too, and `data` as an object.
 */
const openMeterEvent = {
  type: "object",
  required: ["id", "source", "specversion", "type", "subject"],
  properties: {
    id: text,
    source: { ...text, format: "uri-reference" },
    specversion: text,
    type: text,
    subject: text,
    datacontenttype: { enum: ["application/json", null] },
    dataschema: { type: ["string", "null"], minLength: 1, format: "uri" },
    time: moment,
    data: { type: ["object", "null"] },
  },
};

/**
 * CloudEvents 1.0.2, "JSON Event Format": required attributes, the kinds of the optional ones, and
 * the names that an extension may have (letters and digits in lower case).
 */
const cloudEvent = {
  type: "object",
  required: ["id", "source", "specversion", "type"],
  properties: {
    id: text,
    source: { ...text, format: "uri-reference" },
    specversion: { const: "1.0" },
    type: text,
    datacontenttype: { type: ["string", "null"], minLength: 1 },
    dataschema: { type: ["string", "null"], minLength: 1, format: "uri" },
    subject: { type: ["string", "null"], minLength: 1 },
    time: moment,
    data: {},
    data_base64: { type: ["string", "null"], contentEncoding: "base64" },
  },
  propertyNames: { pattern: "^([a-z0-9]+|data_base64)$" },
  // Data stands there once: as JSON or in base64.
  if: { properties: { data: {} }, required: ["data"] },
  then: { properties: { data_base64: false } },
};

const batchOf = (event: object): object => ({ type: "array", items: event });

/** What may stand in the body of an ingest request: one event, or a batch of them. */
export const openMeterBatch = validatorOf(batchOf(openMeterEvent));
/** CloudEvents 1.0.2, "JSON Batch Format". */
export const cloudEventsBatch = validatorOf(batchOf(cloudEvent));

function validatorOf(schema: object): ValidateFunction {
  const ajv = new Ajv({ strict: true, allowUnionTypes: true, allErrors: true });
  ajv.addFormat("date-time", /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/);
  ajv.addFormat("uri", (value: string) => URL.canParse(value));
  ajv.addFormat("uri-reference", /^[^\s<>"{}|\\^`]+$/);
  return ajv.compile(schema);
}
