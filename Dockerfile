# CI lints this file but does not build it.
FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json rolldown.config.mjs ./
COPY src ./src
COPY jobs ./jobs
COPY sql ./sql
RUN npm run build && npm prune --omit=dev

FROM node:22-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 OUTTURN_DATA_DIR=/var/lib/outturn
WORKDIR /app
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist/program ./dist/program
COPY --from=build /app/dist/image ./dist/image
COPY --from=build /app/dist/code-cache ./dist/code-cache
COPY package.json ./
COPY assets ./assets
COPY sql ./sql
COPY data ./data
COPY docs ./docs
RUN mkdir -p /var/lib/outturn && chown node:node /var/lib/outturn
USER node
VOLUME /var/lib/outturn
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["node", "-e", "require('node:http').get('http://127.0.0.1:3000/healthz', (r) => process.exit(r.statusCode === 200 ? 0 : 1)).on('error', () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=32", "dist/program/cli.js", "serve"]
