/** 123456 cents -> "¥1,234.56" */
export function money(cents) {
  if (!Number.isInteger(cents)) throw new TypeError(`money: expected whole cents, got ${cents}`);
  const sign = cents < 0 ? '-' : '';
  const whole = String(Math.trunc(Math.abs(cents) / 100)).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${sign}¥${whole}.${String(Math.abs(cents) % 100).padStart(2, '0')}`;
}
