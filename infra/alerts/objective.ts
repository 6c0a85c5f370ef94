import type { DeclaredFunction } from '../../shared/runtime/declared.ts';

/** What customers may count on, and whom it wakes while it is not so. */
export type Objective = {
  /** Of the alert; its runbook is `docs/runbooks/<name, in kebab case>.md`. */
  readonly name: string;
  /** What is wrong, in one line, with Prometheus' own templates. */
  readonly about: string;
  /** What customers lose while it is so; undefined where that is the impact of the function. */
  readonly impact?: string;
  readonly alarms: readonly Alarm[];
};

export type Alarm = {
  /** Somebody gets up, or looks at it in the morning; by function, where some can wait and others cannot. */
  readonly severity: 'page' | 'ticket' | 'by function';
  /** One rule for each of these functions; undefined where one rule is for all. */
  readonly of?: (fn: DeclaredFunction) => boolean;
  /** PromQL with its threshold. In it `$function`, `$types` (what it listens to) and `$missed` (three of its ticks). */
  readonly query: string;
  /** For how long it must be so. */
  readonly for?: string;
};
