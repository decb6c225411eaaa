-- What an endpoint receives: signed Standard Webhooks messages, or unsigned messages for Slack's incoming webhooks.
alter table webhook_endpoints add column format text not null default 'standard' check (format in ('standard', 'slack'));
