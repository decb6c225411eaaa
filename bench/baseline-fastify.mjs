// A baseline of bench.mjs: Fastify and pg, as their documentation shows them, with the same rows. Arguments: database URL.
import { randomUUID } from 'node:crypto';
import Fastify from 'fastify';
import pg from 'pg';

const pool = new pg.Pool({ connectionString: process.argv[2], max: 10 });
const app = Fastify();
const text = {
  name: 'prediction',
  text: `
  select p.id, p.slug, p.statement, p.fine_print, p.locator, p.made_at, p.recorded_at, p.tags, p.state as status, p.outcome,
    c.criterion, c.criterion_hash, c.polarity, c.resolve_by, p.evidence_policy, p.edited_at, s.id as source_id, s.title, s.url,
    w.id as predictor_id, w.name, r.id as resolution_id, r.effective_at, r.known_at, r.decided_at, r.reason_code, r.reason, r.evidence
  from predictions p join criteria c on c.prediction_id = p.id and c.version = p.criterion_version
    left join sources s on s.id = p.source_id left join predictors w on w.id = p.predictor_id
    left join resolutions r on r.prediction_id = p.id and r.criterion_version = p.criterion_version
  where p.id = $1`,
};

app.get('/predictions/:id', async (request, reply) => {
  const { rows } = await pool.query({ ...text, values: [request.params.id] });
  if (rows.length === 0) return reply.code(404).send({ error: 'not found' });
  return rows[0];
});

const begin = { name: 'begin', text: 'begin' };
const commit = { name: 'commit', text: 'commit' };
const insert = {
  name: 'insert',
  text: 'insert into bench_writes (id, statement, criterion, at) values ($1, $2, $3, now()) returning id, statement, criterion, at',
};

app.post('/predictions', async (request, reply) => {
  const client = await pool.connect();
  try {
    await client.query(begin);
    const { statement, criterion } = request.body;
    const { rows } = await client.query({ ...insert, values: [randomUUID(), statement, JSON.stringify(criterion)] });
    await client.query(commit);
    return reply.code(201).send(rows[0]);
  } finally {
    client.release();
  }
});

console.log(await app.listen({ port: 0, host: '127.0.0.1' }));
process.stdin.on('end', () => process.exit()).resume();
