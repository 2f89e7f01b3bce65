/**
 * Amounts of money as whole numbers of the smallest unit, and their text.
 *
 * `digits` is how many decimals the currency has: 2 for most, none for the yen, 3 for the dinars of some countries.
 */
const currencies = {
  AED: { digits: 2 },
  AFN: { digits: 2 },
  ALL: { digits: 2 },
  AMD: { digits: 2 },
  AOA: { digits: 2 },
  ARS: { digits: 2 },
  AUD: { digits: 2 },
  AWG: { digits: 2 },
  AZN: { digits: 2 },
  BAM: { digits: 2 },
  BBD: { digits: 2 },
  BDT: { digits: 2 },
  BGN: { digits: 2 },
  BHD: { digits: 3 },
  BIF: { digits: 0 },
  BMD: { digits: 2 },
  BND: { digits: 2 },
  BOB: { digits: 2 },
  BRL: { digits: 2, symbol: 'R$' },
  BSD: { digits: 2 },
  BTN: { digits: 2 },
  BWP: { digits: 2 },
  BYN: { digits: 2 },
  BZD: { digits: 2 },
  CAD: { digits: 2 },
  CDF: { digits: 2 },
  CHF: { digits: 2 },
  CLP: { digits: 0 },
  CNY: { digits: 2 },
  COP: { digits: 2 },
  CRC: { digits: 2 },
  CUP: { digits: 2 },
  CVE: { digits: 2 },
  CZK: { digits: 2, symbol: 'Kč' },
  DJF: { digits: 0 },
  DKK: { digits: 2 },
  DOP: { digits: 2 },
  DZD: { digits: 2 },
  EGP: { digits: 2 },
  ERN: { digits: 2 },
  ETB: { digits: 2 },
  EUR: { digits: 2, symbol: '€' },
  FJD: { digits: 2 },
  FKP: { digits: 2 },
  GBP: { digits: 2, symbol: '£' },
  GEL: { digits: 2 },
  GHS: { digits: 2 },
  GIP: { digits: 2 },
  GMD: { digits: 2 },
  GNF: { digits: 0 },
  GTQ: { digits: 2 },
  GYD: { digits: 2 },
  HKD: { digits: 2 },
  HNL: { digits: 2 },
  HTG: { digits: 2 },
  HUF: { digits: 2 },
  IDR: { digits: 2 },
  ILS: { digits: 2, symbol: '₪' },
  INR: { digits: 2, symbol: '₹' },
  IQD: { digits: 3 },
  IRR: { digits: 2 },
  ISK: { digits: 0 },
  JMD: { digits: 2 },
  JOD: { digits: 3 },
  JPY: { digits: 0, symbol: '¥' },
  KES: { digits: 2 },
  KGS: { digits: 2 },
  KHR: { digits: 2 },
  KMF: { digits: 0 },
  KPW: { digits: 2 },
  KRW: { digits: 0, symbol: '₩' },
  KWD: { digits: 3 },
  KYD: { digits: 2 },
  KZT: { digits: 2 },
  LAK: { digits: 2 },
  LBP: { digits: 2 },
  LKR: { digits: 2 },
  LRD: { digits: 2 },
  LSL: { digits: 2 },
  LYD: { digits: 3 },
  MAD: { digits: 2 },
  MDL: { digits: 2 },
  MGA: { digits: 2 },
  MKD: { digits: 2 },
  MMK: { digits: 2 },
  MNT: { digits: 2 },
  MOP: { digits: 2 },
  MRU: { digits: 2 },
  MUR: { digits: 2 },
  MVR: { digits: 2 },
  MWK: { digits: 2 },
  MXN: { digits: 2 },
  MYR: { digits: 2 },
  MZN: { digits: 2 },
  NAD: { digits: 2 },
  NGN: { digits: 2, symbol: '₦' },
  NIO: { digits: 2 },
  NOK: { digits: 2 },
  NPR: { digits: 2 },
  NZD: { digits: 2 },
  OMR: { digits: 3 },
  PAB: { digits: 2 },
  PEN: { digits: 2 },
  PGK: { digits: 2 },
  PHP: { digits: 2, symbol: '₱' },
  PKR: { digits: 2 },
  PLN: { digits: 2, symbol: 'zł' },
  PYG: { digits: 0 },
  QAR: { digits: 2 },
  RON: { digits: 2 },
  RSD: { digits: 2 },
  RUB: { digits: 2 },
  RWF: { digits: 0 },
  SAR: { digits: 2 },
  SBD: { digits: 2 },
  SCR: { digits: 2 },
  SDG: { digits: 2 },
  SEK: { digits: 2 },
  SGD: { digits: 2 },
  SHP: { digits: 2 },
  SLE: { digits: 2 },
  SOS: { digits: 2 },
  SRD: { digits: 2 },
  SSP: { digits: 2 },
  STN: { digits: 2 },
  SYP: { digits: 2 },
  SZL: { digits: 2 },
  THB: { digits: 2, symbol: '฿' },
  TJS: { digits: 2 },
  TMT: { digits: 2 },
  TND: { digits: 3 },
  TOP: { digits: 2 },
  TRY: { digits: 2, symbol: '₺' },
  TTD: { digits: 2 },
  TWD: { digits: 2 },
  TZS: { digits: 2 },
  UAH: { digits: 2, symbol: '₴' },
  UGX: { digits: 0 },
  USD: { digits: 2, symbol: '$' },
  UYI: { digits: 0 },
  UYU: { digits: 2 },
  UZS: { digits: 2 },
  VES: { digits: 2 },
  VND: { digits: 0, symbol: '₫' },
  VUV: { digits: 0 },
  WST: { digits: 2 },
  XAF: { digits: 0 },
  XCD: { digits: 2 },
  XOF: { digits: 0 },
  XPF: { digits: 0 },
  YER: { digits: 2 },
  ZAR: { digits: 2, symbol: 'R' },
  ZMW: { digits: 2 },
  ZWG: { digits: 2 },
};

/** All codes, in the order of the alphabet. */
export function codes() {
  return Object.keys(currencies);
}

export function isCurrency(code) {
  return Object.hasOwn(currencies, code);
}

function currencyOf(code) {
  if (!isCurrency(code)) throw new RangeError(`Unknown currency: ${code}`);
  return currencies[code];
}

/** The symbol where there is one, else the code. */
export function symbolOf(code) {
  return currencyOf(code).symbol ?? code;
}

export function digitsOf(code) {
  return currencyOf(code).digits;
}

/** An amount in the smallest unit of its currency. */
export function money(units, code) {
  if (!Number.isSafeInteger(units)) throw new RangeError(`Not a whole number of units: ${units}`);
  currencyOf(code);
  return Object.freeze({ units, code });
}

function requireSame(left, right) {
  if (left.code !== right.code) throw new RangeError(`Different currencies: ${left.code} and ${right.code}`);
}

export function add(left, right) {
  requireSame(left, right);
  return money(left.units + right.units, left.code);
}

export function subtract(left, right) {
  requireSame(left, right);
  return money(left.units - right.units, left.code);
}

export function negate(amount) {
  return money(amount.units === 0 ? 0 : -amount.units, amount.code);
}

export function isNegative(amount) {
  return amount.units < 0;
}

export function compare(left, right) {
  requireSame(left, right);
  return Math.sign(left.units - right.units);
}

export function sum(amounts, code) {
  return amounts.reduce(add, money(0, code));
}

export function max(amounts) {
  return amounts.reduce((best, amount) => (compare(amount, best) > 0 ? amount : best));
}

export function min(amounts) {
  return amounts.reduce((best, amount) => (compare(amount, best) < 0 ? amount : best));
}

/** The middle amount; of two middle ones the lower. */
export function median(amounts) {
  const sorted = amounts.toSorted(compare);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

/** Rounds halves away from zero, as banks do. */
export function multiply(amount, factor) {
  const exact = amount.units * factor;
  const rounded = Math.sign(exact) * Math.round(Math.abs(exact));
  return money(rounded === 0 ? 0 : rounded, amount.code);
}

/** `percent` of an amount, for example a tax. */
export function share(amount, percent) {
  return multiply(amount, percent / 100);
}

function groupThousands(digits, separator) {
  return digits.replace(/\B(?=(\d{3})+$)/g, separator);
}

/** For people: `1,234.50 EUR`. */
export function format(amount, { decimal = '.', thousands = ',' } = {}) {
  const digits = digitsOf(amount.code);
  const text = String(Math.abs(amount.units)).padStart(digits + 1, '0');
  const whole = groupThousands(text.slice(0, text.length - 2), thousands);
  const fraction = text.slice(text.length - 2);
  const sign = amount.units < 0 ? '-' : '';
  return `${sign}${whole}${decimal}${fraction} ${amount.code}`;
}

/** For tables: `€1,234.50`. */
export function formatShort(amount, options) {
  const [number] = format(amount, options).split(' ');
  const symbol = symbolOf(amount.code);
  return number.startsWith('-') ? `-${symbol}${number.slice(1)}` : `${symbol}${number}`;
}

const pattern = /^\s*(-)?(\d{1,3}(?:,\d{3})*|\d+)(?:\.(\d+))?\s+([A-Z]{3})\s*$/;

/** Reads what `format` writes with its usual separators. Decimals may be left out, but there must not be too many. */
export function parse(text) {
  const match = pattern.exec(text);
  if (match === null) throw new SyntaxError(`Not an amount: ${text}`);
  const [, minus, whole, fraction = '', code] = match;
  const digits = digitsOf(code);
  if (fraction.length > digits) throw new SyntaxError(`Too many decimals for ${code}: ${text}`);
  const units = Number(whole.replaceAll(',', '') + fraction.padEnd(digits, '0'));
  return money(minus === undefined || units === 0 ? units : -units, code);
}

/** Converts by a rate given as units of `code` for one unit of the amount's currency, both as people count them. */
export function convert(amount, code, rate) {
  const shift = 10 ** (digitsOf(code) - digitsOf(amount.code));
  const exact = amount.units * rate * shift;
  const rounded = Math.sign(exact) * Math.round(Math.abs(exact));
  return money(rounded === 0 ? 0 : rounded, code);
}

/** Splits an amount by weights; the parts together are the amount, and the first ones get the odd units. */
export function allocate(amount, weights) {
  const total = weights.reduce((all, weight) => all + weight, 0);
  if (total <= 0) throw new RangeError('The weights must be more than zero together');
  const parts = weights.map((weight) => Math.trunc((amount.units * weight) / total));
  let left = amount.units - parts.reduce((all, part) => all + part, 0);
  const step = Math.sign(left);
  for (let at = 0; left !== 0; at = (at + 1) % parts.length) {
    if (weights[at] === 0) continue;
    parts[at] += step;
    left -= step;
  }
  return parts.map((part) => money(part, amount.code));
}
