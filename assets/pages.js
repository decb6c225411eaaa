/*
 * What pages do beyond HTML where scripts run: times get a tooltip in the reader's own time zone, and a page says when it has
 * changed since it was loaded. Pages are complete without it.
 */

/** An event often changes several things, and all readers receive it at once. */
const settleMs = 500;
const spreadMs = 1500;
/** A replica may show a change later than the event. */
const againMs = 10_000;

const local = new Intl.DateTimeFormat('en-GB', {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZoneName: 'short',
});

for (const time of document.querySelectorAll('time[datetime*="T"]'))
  time.title = `${local.format(new Date(time.dateTime))} in your time zone (${time.dateTime})`;

/**
 * Listens to the events that concern the page while somebody looks at it, and asks for the tag of the page after one of them.
 * Browsers have few connections for each host, so that a hidden page keeps none; it asks when it is shown again.
 */
function watchForChanges(notice) {
  const { events, tag } = notice.dataset;
  let stream = null;
  let timer = null;
  let isOver = false;

  const listen = () => {
    if (events === undefined || stream !== null) return;
    let isFirst = true;
    stream = new EventSource(events);
    stream.addEventListener('open', () => {
      // Events of the time without a connection are not repeated.
      if (!isFirst) checkSoon(2);
      isFirst = false;
    });
    const types = new URL(events, location.href).searchParams.get('type').split(',');
    for (const type of [...types, 'resync_required']) stream.addEventListener(type, () => checkSoon(2));
  };

  const rest = () => {
    stream?.close();
    stream = null;
    clearTimeout(timer);
    timer = null;
  };

  const checkSoon = (times, afterMs = settleMs + Math.random() * spreadMs) => {
    timer ??= setTimeout(() => check(times), afterMs);
  };

  const check = async (times) => {
    const headers = { accept: 'text/html', 'if-none-match': tag };
    timer = null;
    const answer = await fetch(location.href, { method: 'HEAD', headers }).catch(() => null);
    if (isOver) return;
    if (answer?.status === 200) announce();
    else if (times > 1 && !document.hidden) checkSoon(times - 1, againMs);
  };

  const announce = () => {
    isOver = true;
    rest();
    const link = document.createElement('a');
    link.href = location.href;
    link.textContent = 'Show it as it is now';
    // The address may have a fragment, and would then not be loaded again.
    link.addEventListener('click', (click) => {
      click.preventDefault();
      location.reload();
    });
    notice.append('This page has changed. ', link);
  };

  const follow = () => {
    if (isOver) return;
    if (document.hidden) rest();
    else listen();
  };
  document.addEventListener('visibilitychange', () => {
    follow();
    if (!isOver && !document.hidden) checkSoon(1);
  });
  follow();
}

const notice = document.querySelector('.live');
if (notice !== null) watchForChanges(notice);
