import { money } from './money.js';

const get = async (path) => {
  const answer = await fetch(path);
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}`);
  return answer.json();
};

const row = (...cells) => {
  const tr = document.createElement('tr');
  for (const cell of cells) tr.insertCell().textContent = cell;
  return tr;
};

async function show() {
  const state = document.getElementById('state');
  try {
    const [list, service] = await Promise.all([get('/api/orders'), get('/api/version')]);
    document.querySelector('tbody').replaceChildren(
      ...list.orders.map((o) => row(o.id, o.shop, `${o.quantity} × ${o.item}`, money(o.quantity * o.unitPrice))));
    document.querySelector('table').hidden = false;
    state.textContent = `${list.count} orders, ${money(list.total)}`;
    document.getElementById('versions').textContent =
      `storefront ${VERSION} · order-service ${service.version} · ${service.greeting}`;
  } catch (error) {
    state.textContent = `The orders cannot be shown now: ${error.message}`;
  }
}

show();
