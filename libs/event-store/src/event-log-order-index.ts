/** The order of the log: the poll of every follower reads along it. Made by the first migration, remade by the fix-up. */
export const eventLogOrderIndex =
  'create unique index event_log_order on brickyard.event (transaction_id, global_position)';
