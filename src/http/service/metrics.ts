import { createServer } from 'node:http';
import { z } from '@hono/zod-openapi';
import type { Instant } from '../../domain/instant.ts';
import { Refusal } from '../../domain/refusal.ts';
import type { Deps } from '../../services/deps.ts';
import { type DaysToEnd, getDaysToEnd } from '../../services/model-watches/metrics.ts';
import { countMalformedRows } from '../../services/service/malformed-rows.ts';
import { getSettleMetrics, type SettleMetrics } from '../../services/settling/queue.ts';
import { getMetrics, type WebhookMetrics } from '../../services/webhooks/metrics.ts';
import { operation } from '../operation/operation.ts';
import { type Address, listen } from '../server/listen.ts';

const mediaType = 'text/plain; version=0.0.4; charset=utf-8';

type Sample = { readonly labels?: string; readonly value: number };

/** One metric in the Prometheus text format. */
function render(name: string, kind: 'gauge' | 'counter', help: string, samples: readonly Sample[]): string {
  const lines = samples.map(({ labels, value }) => `${name}${labels === undefined ? '' : `{${labels}}`} ${value}`);
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${kind}`, ...lines, ''].join('\n');
}

/** A sample for each value of one label, in their order. */
function byLabel(label: string, counts: ReadonlyMap<string, number>): Sample[] {
  const sorted = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return sorted.map(([name, value]) => ({ labels: `${label}="${name}"`, value }));
}

function renderMalformedRows(): string {
  const samples = byLabel('table', countMalformedRows());
  return render('outturn_malformed_rows_total', 'counter', 'Rows that this process could not read, by table.', samples);
}

function renderSettling({ marks, failing, oldestAt, batches, predictions }: SettleMetrics, now: Instant): string {
  const seconds = oldestAt === null ? 0 : Math.max(0, now - oldestAt) / 1000;
  return [
    render('outturn_settle_queue', 'gauge', 'Predictions that wait to be evaluated.', [{ value: marks }]),
    render('outturn_settle_failing', 'gauge', 'Waiting predictions whose evaluation failed.', [{ value: failing }]),
    render('outturn_settle_oldest_seconds', 'gauge', 'How long the oldest of them has waited.', [{ value: seconds }]),
    render('outturn_settle_batches_total', 'counter', 'Transactions in which this process evaluated predictions.', [
      { value: batches },
    ]),
    render('outturn_settle_predictions_total', 'counter', 'Predictions that this process evaluated in them.', [
      { value: predictions },
    ]),
  ].join('');
}

/** A value of a label: the text format escapes backslashes, quotes and line breaks. */
function label(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

function renderWatches(ends: readonly DaysToEnd[]): string {
  const samples = ends.map(({ watch, id, days }) => ({
    labels: `watch="${label(watch)}",id="${label(id)}"`,
    value: days,
  }));
  const help = 'Days until the planned or firm end of an id of a watch.';
  return render('outturn_model_days_to_end', 'gauge', help, samples);
}

async function renderAll(deps: Deps): Promise<string> {
  const webhooks = renderWebhooks(await getMetrics(deps)) + renderWatches(await getDaysToEnd(deps));
  return webhooks + renderSettling(await getSettleMetrics(deps), deps.now()) + renderMalformedRows();
}

function renderWebhooks({ pending, due, oldestDueSeconds, endpointsDisabled, attempts }: WebhookMetrics): string {
  const byReason = Object.entries(endpointsDisabled).map(([reason, value]) => ({
    labels: `reason="${reason}"`,
    value,
  }));
  return [
    render('outturn_webhook_deliveries_pending', 'gauge', 'Pending deliveries.', [{ value: pending }]),
    render('outturn_webhook_deliveries_due', 'gauge', 'Pending deliveries that are due.', [{ value: due }]),
    render('outturn_webhook_oldest_due_seconds', 'gauge', 'How long the oldest due delivery has been due.', [
      { value: oldestDueSeconds },
    ]),
    render('outturn_webhook_endpoints_disabled', 'gauge', 'Disabled endpoints, by reason.', byReason),
    render(
      'outturn_webhook_attempts_total',
      'counter',
      'Delivery attempts of this process, by result.',
      byLabel('result', attempts),
    ),
  ].join('');
}

const metrics = operation({
  method: 'get',
  path: '/metrics',
  operationId: 'getMetrics',
  tag: 'Service',
  summary: 'Get metrics',
  description:
    'Returns metrics in the Prometheus text format. If METRICS_PORT is set, metrics are served on that port only and this path returns 404.',
  access: 'read',
  response: {
    status: 200,
    description: 'The metrics.',
    schema: z.string(),
    example: '# TYPE outturn_webhook_deliveries_pending gauge\noutturn_webhook_deliveries_pending 0\n',
    mediaType: 'text/plain',
  },
  refusals: ['not_found'],
  handle: async (http) => {
    if (http.hasMetricsPort === true) throw new Refusal('not_found', 'metrics are served on METRICS_PORT only');
    return {
      text: await renderAll(http.services),
      mediaType,
      headers: { 'cache-control': 'no-store' },
    };
  },
});

export const metricsOperations = [metrics];

/** Serves only the metrics, on METRICS_PORT, so that access to them can be restricted to the collector. */
export async function serveMetrics(
  deps: Deps,
  at: Address,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    if (request.url !== '/metrics') return response.writeHead(404).end();
    try {
      response.setHeader('content-type', mediaType).end(await renderAll(deps));
    } catch (error) {
      deps.log.error({ error: String(error) }, 'the metrics could not be read');
      response.writeHead(503).end();
    }
  });
  const port = await listen(server, at, 'METRICS_PORT');
  return {
    port,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
