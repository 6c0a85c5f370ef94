/** What a mutant changes of a rule. */
export type Rule = { readonly expr: string; readonly for?: string };
export type Mutant<R extends Rule> = { readonly change: string; readonly rules: readonly R[] };

const THRESHOLD = /(>=|>) (\d+(?:\.\d+)?)/g;
const WINDOW = /(?:\[|offset )(\d+)([smhdw])/g;
const MATCHER = /\w+(?:=~|!~|!=|=)"[^"]*"/g;
// On a line of its own, as `promql.ts` writes it.
const OPERATOR = /^ *(?:and|or|unless)\b/gm;

/** Each rule with one thing changed: its thresholds, comparisons, windows, matchers and operators, and its `for`. */
export function mutantsOf<R extends Rule>(rules: readonly R[]): Mutant<R>[] {
  const found = (pattern: RegExp) => [...new Set(rules.flatMap(({ expr }) => expr.match(pattern) ?? []))];
  const replaced = (pattern: RegExp, what: string, by: string): Mutant<R> => {
    const changed = (expr: string) => expr.replaceAll(pattern, (text) => (text === what ? by : text));
    return {
      change: `${what} -> ${by || 'nothing'}`,
      rules: rules.map((rule) => ({ ...rule, expr: withoutGaps(changed(rule.expr)) })),
    };
  };
  const others = (pattern: RegExp, othersOf: (text: string) => readonly string[]) =>
    found(pattern).flatMap((text) => othersOf(text).map((other) => replaced(pattern, text, other)));
  return [
    ...others(THRESHOLD, otherThresholds),
    ...others(WINDOW, otherSpans),
    ...others(MATCHER, () => ['']),
    ...otherOperators(rules),
    ...[...new Set(rules.flatMap((rule) => rule.for ?? []))].flatMap((text) =>
      otherSpans(text).map((other) => ({
        change: `for ${text} -> ${other}`,
        rules: rules.map((rule) => (rule.for === text ? { ...rule, for: other } : rule)),
      })),
    ),
  ];
}

/** The comparison that differs at the threshold alone, and a threshold a little to each side. */
function otherThresholds(text: string): string[] {
  const [comparison = '', number = ''] = text.split(' ');
  const value = Number(number);
  const step = Number.isInteger(value) ? 1 : value / 10;
  const near = [value - step, value + step].filter((each) => each >= 0);
  return [
    `${comparison === '>' ? '>=' : '>'} ${number}`,
    ...near.map((each) => `${comparison} ${Number(each.toPrecision(6))}`),
  ];
}

const SECONDS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Half and twice as long. */
function otherSpans(text: string): string[] {
  return [0.5, 2].map((times) =>
    text.replace(/(\d+)([smhdw])/, (_, count, unit) => `${Number(count) * (SECONDS[unit] ?? 0) * times}s`),
  );
}

/** One operator after the other, in all rules at once. */
function otherOperators<R extends Rule>(rules: readonly R[]): Mutant<R>[] {
  const [first] = rules;
  return [...(first?.expr.matchAll(OPERATOR) ?? [])].map(([operator], n) => {
    const other = operator.trim() === 'and' ? 'or' : 'and';
    let seen = -1;
    const swapped = (text: string) => {
      seen += 1;
      return seen === n ? text.replace(/\w+/, other) : text;
    };
    return {
      change: `${operator.trim()} (${n + 1}) -> ${other}`,
      rules: rules.map((rule) => {
        seen = -1;
        return { ...rule, expr: rule.expr.replace(OPERATOR, swapped) };
      }),
    };
  });
}

/** Of a matcher that was taken out, the comma goes too. */
function withoutGaps(expr: string): string {
  return expr.replaceAll(/\{,|,(?=\})|,(?=,)/g, (gap) => (gap === '{,' ? '{' : '')).replaceAll('{}', '');
}
