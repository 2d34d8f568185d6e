import { describe, expect, it } from 'vitest';
import { createTelemetry } from './telemetry.js';

describe('the metrics of a process', () => {
  it('count requests, commands and transactions under stable names', async () => {
    const telemetry = createTelemetry({ version: '1.2.3' });
    telemetry.httpRequest({ method: 'GET', route: '/volumes/{id}', status: 200 }, 0.004);
    telemetry.command('CreateVolume', 'refused');
    telemetry.ledgerTransaction('committed', 0.02);
    telemetry.refusals('counted', 7);
    const text = await telemetry.registry.metrics();
    expect(text).toContain(`brickyard_build_info{version="1.2.3",node_version="${process.version}"} 1`);
    expect(text).toContain(
      'brickyard_http_request_duration_seconds_count{method="GET",route="/volumes/{id}",status="200"} 1',
    );
    expect(text).toContain('brickyard_commands_total{command="CreateVolume",outcome="refused"} 1');
    expect(text).toContain('brickyard_refused_requests_total{outcome="counted"} 7');
    expect(text).toContain('brickyard_ledger_transaction_duration_seconds_count{outcome="committed"} 1');
    expect(text).toContain('process_resident_memory_bytes');
  });

  it('say how the nodes answer, and forget those that are gone', async () => {
    const telemetry = createTelemetry({ version: 'a' });
    let nodes: Parameters<typeof telemetry.watchNodes>[0] = () => [
      { nodeId: 'n1', host: 'one', suspicion: 'silent', circuit: 'closed' },
      { nodeId: 'n2', host: 'two', suspicion: 'unreachable', circuit: 'open' },
    ];
    telemetry.watchNodes(() => nodes());
    const suspects = await telemetry.registry.getSingleMetricAsString('brickyard_node_suspect');
    expect(suspects).toContain('brickyard_node_suspect{hostname="one",node="n1",reason="silent"} 1');
    expect(suspects).toContain('brickyard_node_suspect{hostname="one",node="n1",reason="unreachable"} 0');
    expect(suspects).toContain('brickyard_node_suspect{hostname="two",node="n2",reason="unreachable"} 1');
    const circuits = await telemetry.registry.getSingleMetricAsString('brickyard_node_circuit');
    expect(circuits).toContain('brickyard_node_circuit{hostname="two",node="n2",state="open"} 1');
    expect(circuits).toContain('brickyard_node_circuit{hostname="two",node="n2",state="closed"} 0');
    nodes = () => [];
    expect(await telemetry.registry.metrics()).not.toContain('n2');
  });

  it('say what becomes of operations whose nodes do not answer', async () => {
    const telemetry = createTelemetry({ version: 'a' });
    telemetry.watchWorker(() => ({ putBack: 7, outside: 3, withoutPlace: 2 }));
    for (let scrape = 0; scrape < 2; scrape += 1) {
      const text = await telemetry.registry.metrics();
      expect(text).toMatch(/^brickyard_operations_put_back_total 7$/m);
      expect(text).toMatch(/^brickyard_operations_outside 3$/m);
      expect(text).toMatch(/^brickyard_operations_without_place 2$/m);
    }
  });

  it('are kept apart from those of another server in the same process', async () => {
    const [one, other] = [createTelemetry({ version: 'a' }), createTelemetry({ version: 'b' })];
    one.command('X', 'accepted');
    expect(await other.registry.getSingleMetricAsString('brickyard_commands_total')).not.toContain('command="X"');
  });
});
