/** What the day `garbage` sends after `session.created`: frames that no client may believe, or die of. */
export const garbageFrames: readonly (string | Buffer)[] = [
  "",
  "not json",
  "null",
  "[]",
  '"text"',
  "{}",
  '{"type":7}',
  '{"type":"nobody.knows.this","event_id":"event_1"}',
  '{"type":"response.output_audio.delta"}',
  '{"type":"response.output_audio.delta","event_id":"event_2","response_id":"resp_0","item_id":"item_0","output_index":0,"content_index":0,"delta":"*** not base64 ***"}',
  '{"type":"response.done","event_id":"event_3","response":null}',
  '{"type":"error","event_id":"event_4","error":"text"}',
  Buffer.from([0xff, 0x00, 0xfe, 0x80]),
];
