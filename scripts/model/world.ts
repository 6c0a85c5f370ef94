import type { Measured } from '../measured.ts';
import type { Assumptions } from './assumptions.ts';
import { type Sequence, sequencesIn } from './hot.ts';
import { type Limit, limitsAt } from './limits.ts';
import { aSecondOf, type Load, loadOf, type Rates, type Work, worksOf } from './load.ts';
import { monthlyCost, type Stored, storedAfterAYear } from './money.ts';

/** Everything that the model says of so many customers. */
export type World = {
  readonly assumed: Assumptions;
  readonly average: { readonly rates: Rates; readonly load: Load };
  readonly peak: {
    readonly rates: Rates;
    readonly load: Load;
    readonly works: readonly Work[];
    readonly sequences: readonly Sequence[];
    readonly limits: readonly Limit[];
  };
  readonly stored: readonly Stored[];
  readonly monthly: readonly (readonly [line: string, dollars: number])[];
};

export function worldOf(measured: Measured, assumed: Assumptions): World {
  const average = at(measured, assumed, 1);
  const peak = at(measured, assumed, assumed.peakFactor);
  const sequences = sequencesIn(assumed, peak.rates, peak.load);
  const stored = storedAfterAYear(measured, assumed);
  return {
    assumed,
    average: { rates: average.rates, load: average.load },
    peak: { ...peak, sequences, limits: limitsAt(assumed, { ...peak, sequences }) },
    stored,
    monthly: monthlyCost(average.load, average.works, stored),
  };
}

function at(measured: Measured, assumed: Assumptions, factor: number) {
  const rates = aSecondOf(assumed, factor);
  return { rates, load: loadOf(measured, rates), works: worksOf(measured, rates, assumed) };
}
