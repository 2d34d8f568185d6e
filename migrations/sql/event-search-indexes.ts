interface SearchIndex {
  readonly name: string;
  /** What follows "on brickyard.event". */
  readonly of: string;
}

/** In the order of the log for each value, so that a page of a search is a piece of an index. */
const byValue = (name: string, column: string, where = ''): SearchIndex => ({
  name,
  of: `(${column}, transaction_id, global_position)${where}`,
});

/** What events are searched by. */
export const eventSearchIndexes: readonly SearchIndex[] = [
  byValue('event_by_actor', 'actor'),
  byValue('event_by_issuer', 'issuer'),
  byValue('event_by_type', 'type'),
  byValue('event_by_request', 'request_id'),
  // Most events are the workers' and come from no address.
  byValue('event_by_source', 'source_address', ' where source_address is not null'),
  byValue('event_by_time', 'recorded_at'),
];
