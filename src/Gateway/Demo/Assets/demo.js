// The storefront page: plain calls of the public HTTP face, nothing else. Text is always set as text, never as markup.
'use strict';

const PAGE_SIZE = 24;
const SLOT = 'home';
const OWN = new Set(['decision', 'reward', 'wakeUp']);
const $ = id => document.getElementById(id);
const items = new Map(), actions = new Map(), seen = new Set();
let customer = '', category = '', shown = PAGE_SIZE, ranks = new Map(), basket = 0, watching = null, newest = null, refreshing = null;

function element(tag, properties = {}, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children.filter(child => child !== null && child !== undefined));
  return made;
}

const percent = p => (100 * p).toFixed(p < 0.1 ? 1 : 0) + ' %';
const money = value => value === null || value === undefined ? '' : Number(value).toFixed(2);
const titleOf = id => items.get(id)?.title ?? id;
const newId = () => crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), b => b.toString(16).padStart(2, '0')).join('');
const path = () => '/v1/customers/' + encodeURIComponent(customer);
const after = () => newest ? 'after=' + encodeURIComponent(newest) : '';

function say(problem) {
  $('problem').hidden = !problem;
  $('problem').textContent = problem ?? '';
}

function headers() {
  const key = sessionStorage.getItem('key');
  return key ? { Authorization: 'Bearer ' + key } : {};
}

/** Calls the engine; the answer as JSON, or null where this engine does not have the call. */
async function call(method, url, body) {
  const response = await fetch(url, {
    method, headers: { ...headers(), ...(body === undefined ? {} : { 'Content-Type': 'application/json' }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  if (response.status === 401 || response.status === 403) {
    $('key-label').hidden = false;
    throw new Error('This engine wants a key: enter one that may read and ingest.');
  }
  if (response.status === 404 || response.status === 405 || response.status === 501) return null;
  const answer = response.status === 204 ? {} : await response.json();
  if (!response.ok) throw new Error(answer.detail ?? answer.title ?? 'status ' + response.status);
  return answer;
}

/** Sends an event of this customer, then shows everything as it is after that event. */
async function track(type, item, more = {}) {
  const who = customer.startsWith('anon:') ? { anonymousId: customer.slice(5) } : { customerId: customer };
  const event = { eventId: newId(), type, ...who, itemId: item.itemId, channel: 'web', ...more };
  const answer = await call('POST', '/v1/events', event);
  if (answer.rejected?.length) throw new Error(answer.rejected[0].error);
  newest = event.eventId;
  seen.add(item.itemId);
  if (type === 'productAdded') basket = Math.min(1, basket + 0.25);
  if (type === 'purchase') basket = 0;
  renderCatalogue();
  await refresh();
  // A purchase may have been the answer to the offer.
  if (type === 'purchase') await decide();
}

const guarded = work => async event => {
  event?.preventDefault?.();
  try { say(null); await work(event); } catch (failure) { say(failure.message); }
};

const view = item => track('productViewed', item);
const add = item => track('productAdded', item, { value: item.price, currency: item.currency });
const buy = item => track('purchase', item, { value: item.price, currency: item.currency, orderId: newId() });

async function loadCatalogue() {
  for (const [url, into, id] of [['/v1/items', items, 'itemId'], ['/v1/actions', actions, 'actionId']]) {
    let cursor = '';
    do {
      const page = await call('GET', url + '?limit=500' + (cursor ? '&cursor=' + encodeURIComponent(cursor) : ''));
      for (const member of page?.items ?? page?.actions ?? []) into.set(member[id], member);
      cursor = page?.next;
    } while (cursor);
  }
  const names = [...new Set([...items.values()].map(item => item.category).filter(Boolean))].sort();
  $('categories').replaceChildren(...['', ...names].map(name => {
    const button = element('button', { type: 'button', textContent: name || 'All' });
    button.dataset.category = name;
    button.onclick = () => { category = name; shown = PAGE_SIZE; renderCatalogue(); };
    return button;
  }));
  renderCatalogue();
}

function renderCatalogue() {
  for (const button of $('categories').children) button.setAttribute('aria-pressed', String(button.dataset.category === category));
  const chosen = [...items.values()].filter(item => !category || item.category === category);
  $('items').replaceChildren(...chosen.slice(0, shown).map(item => {
    const card = element('li', { className: seen.has(item.itemId) ? 'seen' : '' },
      element('button', { type: 'button', className: 'title', textContent: item.title ?? item.itemId, onclick: guarded(() => view(item)) }),
      element('span', { className: 'muted', textContent: [item.category, item.brand].filter(Boolean).join(' · ') }),
      element('span', { textContent: money(item.price) + ' ' + (item.currency ?? '') }),
      element('div', { className: 'row' },
        element('button', { type: 'button', textContent: 'Add to cart', onclick: guarded(() => add(item)) }),
        element('button', { type: 'button', textContent: 'Buy', onclick: guarded(() => buy(item)) })));
    card.dataset.item = item.itemId;
    return card;
  }));
  $('more').hidden = chosen.length <= shown;
}

/** Everything at once; calls that come while one is under way are one more round after it. */
async function refresh() {
  if (refreshing) { refreshing.again = true; return refreshing.done; }
  const round = refreshing = { again: false };
  round.done = (async () => {
    try {
      do {
        round.again = false;
        await Promise.all([refreshRecommendations(), refreshChurn(), refreshProfile()]);
      } while (round.again);
    } finally { refreshing = null; }
  })();
  return round.done;
}

async function refreshRecommendations() {
  const started = performance.now();
  const answer = await call('GET', `${path()}/recommendations?slot=${SLOT}&n=8&explain=true&${after()}`);
  if (!answer) { $('recommended-note').textContent = 'not on this engine'; return; }
  $('recommended-note').textContent = `${answer.source ?? ''} · ${Math.round(performance.now() - started)} ms`;
  const before = ranks;
  ranks = new Map(answer.items.map((item, rank) => [item.itemId, rank]));
  $('recommended').replaceChildren(...answer.items.map((recommended, rank) => {
    const was = before.get(recommended.itemId);
    const moved = before.size === 0 || was === rank ? null
      : was === undefined ? element('span', { className: 'new', textContent: 'new' })
      : element('span', { className: was > rank ? 'up' : 'down', textContent: (was > rank ? '▲' : '▼') + Math.abs(was - rank) });
    const row = element('li', {},
      element('button', {
        type: 'button', className: 'title', textContent: titleOf(recommended.itemId),
        onclick: guarded(() => track('productClicked', { itemId: recommended.itemId }, { decisionId: answer.decisionId, position: rank + 1 })),
      }), moved, reasonsOf(recommended.reasons?.slice(0, 1)));
    row.dataset.item = recommended.itemId;
    return row;
  }));
}

/** Ids of items as their titles. */
const readable = text => text.split(' ').map(word => items.get(word)?.title ?? word).join(' ');

const reasonsOf = reasons => reasons?.length
  ? element('ul', { className: 'reasons' }, ...reasons.map(reason => element('li', { textContent: readable(reason.text ?? String(reason)) })))
  : null;

function bar(share) {
  const inner = element('i');
  inner.style.width = 100 * Math.max(0, Math.min(1, share)) + '%';
  return element('div', { className: 'bar' }, inner);
}

async function decide() {
  const now = new Date(), day = 2 * Math.PI * ((now - new Date(now.getFullYear(), 0, 0)) / 864e5) / 365.25;
  const context = {
    phone: matchMedia('(max-width: 40rem)').matches ? 1 : 0, returning: seen.size > 0 ? 1 : 0, weekend: [0, 6].includes(now.getDay()) ? 1 : 0,
    evening: now.getHours() >= 18 ? 1 : 0, basket, recency: seen.size > 0 ? 1 : 0, seasonCos: Math.cos(day), seasonSin: Math.sin(day),
  };
  const answer = await call('POST', `${path()}/next-best-action?${after()}`, { slot: SLOT, context, n: 1 });
  if (!answer) { $('action-note').textContent = 'not on this engine'; return; }
  const chosen = answer.actions[0];
  if (!chosen) { $('action').replaceChildren(element('p', { className: 'muted', textContent: 'Nothing is eligible.' })); return; }
  $('action').dataset.decision = answer.decisionId ?? '';
  $('action-note').textContent = `${answer.policy ?? ''} · model ${answer.modelVersion ?? ''}`;
  const reward = outcome => guarded(async () => {
    const reply = await call('POST', `/v1/decisions/${encodeURIComponent(answer.decisionId)}/reward`, { outcome });
    await decide();
    $('action').append(element('p', { id: 'rewarded', className: 'muted', textContent: 'To the one before: ' + (reply?.applied ? 'reward recorded' : reply?.reason ?? 'not recorded') + '.' }));
  });
  $('action').replaceChildren(
    element('strong', { textContent: actions.get(chosen.actionId)?.title ?? chosen.actionId }),
    element('p', { className: 'muted', textContent: `drawn with probability ${percent(chosen.propensity)}, expected to be accepted ${percent(chosen.score)}${answer.explored ? '' : ' (not explored)'}` }),
    reasonsOf(chosen.reasons?.slice(0, 3)),
    element('div', {},
      element('button', { type: 'button', id: 'accept', className: 'main', textContent: 'Accept', disabled: !answer.decisionId, onclick: reward('accepted') }), ' ',
      element('button', { type: 'button', textContent: 'No, thanks', disabled: !answer.decisionId, onclick: reward('rejected') })));
}

async function refreshChurn() {
  const churn = await call('GET', `${path()}/churn?${after()}`);
  if (!churn) return;
  $('churn-note').textContent = 'basis: ' + churn.basis;
  const crossing = churn.crossesThresholdAt ? ` Falls below ${percent(churn.threshold)} on ${churn.crossesThresholdAt.slice(0, 10)}.` : '';
  $('churn').replaceChildren(...[
    element('div', { textContent: `still a customer: ${percent(churn.probabilityAlive)}.${crossing}` }), bar(churn.probabilityAlive),
    element('div', { className: 'muted', textContent: `no return within ${churn.horizonDays} days: ${percent(churn.churnProbability)}${churn.lifetimeValue === null ? '' : `; worth ${money(churn.lifetimeValue)} in ${churn.lifetimeValueDays} days`}` }),
    reasonsOf(churn.reasons?.slice(0, 2)),
  ].filter(Boolean));
}

async function refreshProfile() {
  const profile = await call('GET', `${path()}?${after()}`);
  if (profile) showProfile(profile);
}

function showProfile(profile) {
  const best = table => (profile.affinities?.[table] ?? []).slice(0, 3).map(row => `${row.name} ${percent(row.share)}`).join(', ');
  const rows = [
    ['events', `${profile.totals.events}: ${profile.totals.views} views, ${profile.totals.carts} carts, ${profile.totals.orders} orders`],
    ['revenue', money(profile.totals.revenue)],
    ['session', profile.session?.active ? `${profile.session.events} events, cart of ${profile.session.cartItems}` : 'none open'],
    ['likes', best('category') || best('categories') || Object.keys(profile.affinities ?? {}).map(best).find(Boolean) || 'nothing yet'],
  ];
  $('profile').replaceChildren(...rows.flatMap(([name, text]) => [element('dt', { textContent: name }), element('dd', { textContent: text })]));
  for (const item of profile.recentItems ?? []) seen.add(item.itemId);
}

/** Follows the customer's live stream by fetch, which unlike EventSource can show a key; comes back by itself. */
async function watch() {
  watching?.abort();
  const mine = watching = new AbortController();
  while (watching === mine) {
    try {
      const response = await fetch(path() + '/live', { headers: headers(), signal: mine.signal });
      if (!response.ok) throw new Error('status ' + response.status);
      $('live').className = 'on';
      $('live').textContent = 'live';
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (let text = '';;) {
        const { done, value } = await reader.read();
        if (done) break;
        text += value.replaceAll('\r', '');
        for (let end; (end = text.indexOf('\n\n')) >= 0; text = text.slice(end + 2)) take(text.slice(0, end));
      }
    } catch (failure) {
      if (mine.signal.aborted) return;
    }
    $('live').className = 'off';
    $('live').textContent = 'not connected';
    await new Promise(resolve => setTimeout(resolve, 1000));
  }
}

/** One server-sent event. */
function take(block) {
  let type = 'message', data = '';
  for (const line of block.split('\n')) {
    if (line.startsWith('event:')) type = line.slice(6).trim();
    if (line.startsWith('data:')) data += line.slice(5).trim();
  }
  if (!data) return;
  const live = JSON.parse(data);
  if (type === 'profile' && live.profile) showProfile(live.profile);
  if (type !== 'changed') return;
  $('profile-note').textContent = 'position ' + live.applied;
  for (const happened of live.events ?? []) {
    $('feed').prepend(element('li', { textContent: `${happened.timestamp.slice(11, 19)} ${happened.type}${happened.itemId ? ' ' + titleOf(happened.itemId) : ''}` }));
  }
  while ($('feed').children.length > 30) $('feed').lastChild.remove();
  // What this page did itself is shown already; what came from elsewhere is shown now.
  // What the page itself asked for comes back as a decision: to ask again for it would never end.
  const told = (live.events ?? []).filter(happened => !OWN.has(happened.type));
  if (told.length && told.every(happened => happened.eventId !== newest)) guarded(refresh)();
}

async function become(id) {
  customer = id;
  $('customer').value = id;
  history.replaceState(null, '', '?customer=' + encodeURIComponent(id));
  newest = null; ranks = new Map(); basket = 0;
  seen.clear();
  $('feed').replaceChildren();
  watch();
  await refresh();
  renderCatalogue();
  await decide();
  document.body.dataset.ready = id;
}

$('who').onsubmit = guarded(() => become($('customer').value.trim() || stranger()));
$('stranger').onclick = guarded(() => become(stranger()));
$('more').onclick = () => { shown += PAGE_SIZE; renderCatalogue(); };
$('key').onchange = guarded(async () => { sessionStorage.setItem('key', $('key').value); await start(); });

const stranger = () => 'anon:visitor-' + newId().slice(0, 8);

async function start() {
  await loadCatalogue();
  await become(new URLSearchParams(location.search).get('customer') || stranger());
}

guarded(start)();
