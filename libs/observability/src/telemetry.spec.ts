import { describe, expect, it } from 'vitest';
import { createTelemetry } from './telemetry.js';

describe('the metrics of a process', () => {
  it('count requests, commands and transactions under stable names', async () => {
    const telemetry = createTelemetry({ version: '1.2.3' });
    telemetry.httpRequest({ method: 'GET', route: '/volumes/{id}', status: 200 }, 0.004);
    telemetry.command('CreateVolume', 'refused');
    telemetry.ledgerTransaction('committed', 0.02);
    const text = await telemetry.registry.metrics();
    expect(text).toContain(`brickyard_build_info{version="1.2.3",node_version="${process.version}"} 1`);
    expect(text).toContain(
      'brickyard_http_request_duration_seconds_count{method="GET",route="/volumes/{id}",status="200"} 1',
    );
    expect(text).toContain('brickyard_commands_total{command="CreateVolume",outcome="refused"} 1');
    expect(text).toContain('brickyard_ledger_transaction_duration_seconds_count{outcome="committed"} 1');
    expect(text).toContain('process_resident_memory_bytes');
  });

  it('are kept apart from those of another server in the same process', async () => {
    const [one, other] = [createTelemetry({ version: 'a' }), createTelemetry({ version: 'b' })];
    one.command('X', 'accepted');
    expect(await other.registry.getSingleMetricAsString('brickyard_commands_total')).not.toContain('command="X"');
  });
});
