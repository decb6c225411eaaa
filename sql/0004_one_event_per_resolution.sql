-- Law: every resolution is told once, as the first or as an amendment, never as both. A dispute names the resolution too; it is another event.
create unique index events_one_per_resolution on events (resolution_id)
  where type in ('prediction.resolved', 'prediction.annulled', 'prediction.resolution.amended');
