import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { exchanges } from './exchanges.ts';
import { NO_FAULTS, type Plan, type ProxyFaults, planner } from './proxy-faults.ts';

export type FaultProxy = {
  readonly address: string;
  /** Begins a new sequence of faults, which the next requests meet; what is left out is none. */
  plague(faults: Partial<ProxyFaults>): void;
  /** From now on every byte goes through, what was held back too. */
  calm(): void;
  /** From now on requests go through, and the next `answers` answers are cut off: the connection ends instead. */
  cutAnswers(answers: number): void;
  /** What it has done so far. */
  counts(): Readonly<Counts>;
  close(): Promise<void>;
};

type Counts = Record<'requests' | 'cut' | 'reset' | 'answersCut' | 'slowed' | 'blackholed', number>;

/**
 * Stands between clients of gRPC or of REST and an emulator on 127.0.0.1, and passes on every byte until it is plagued.
 * Calls share a connection, so what befalls one of them befalls all that are under way on it, as in a real network.
 * Port 0 takes any free one.
 */
export async function startFaultProxy(target: string, listenOn = 0): Promise<FaultProxy> {
  const [host = '127.0.0.1', port = ''] = target.split(':');
  const counts: Counts = { requests: 0, cut: 0, reset: 0, answersCut: 0, slowed: 0, blackholed: 0 };
  const open = new Set<Socket>();
  const asleep = new Set<() => void>();
  let nextPlan = planner(NO_FAULTS);
  let answersToCut = 0;

  const server = createServer((client) => {
    const upstream = connect({ host, port: Number(port) });
    for (const socket of [client, upstream]) {
      open.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.on('close', () => {
        open.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    passBothWays(client, upstream);
  });
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(listenOn, '127.0.0.1', resolve),
  );

  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    plague(faults) {
      nextPlan = planner({ ...NO_FAULTS, ...faults });
    },
    calm() {
      nextPlan = planner(NO_FAULTS);
      answersToCut = 0;
      for (const wake of asleep) wake();
    },
    cutAnswers(answers) {
      answersToCut = answers;
    },
    counts: () => ({ ...counts }),
    async close() {
      for (const socket of open) socket.destroy();
      for (const wake of asleep) wake();
      await new Promise((done) => server.close(done));
    },
  };

  function passBothWays(client: Socket, upstream: Socket): void {
    const { asked, answered } = exchanges();
    const answersLost = new Set<number>();
    let blackhole: Promise<void> | undefined;

    void pass(client, upstream, async (bytes) => {
      for (const request of asked(bytes)) {
        counts.requests += 1;
        const plan = nextPlan();
        if (plan.cutsAnswer) answersLost.add(request);
        await meet(plan);
        if (client.destroyed) return;
      }
      await blackhole;
    });
    void pass(upstream, client, async (bytes) => {
      const answers = answered(bytes);
      await blackhole;
      const isLost = answers.some((request) => answersLost.has(request));
      if (!isLost && (answersToCut === 0 || answers.length === 0)) return;
      if (!isLost) answersToCut -= 1;
      counts.answersCut += 1;
      client.destroy();
    });

    async function meet({ ends, slowMs, blackholeMs }: Plan): Promise<void> {
      if (ends) counts[ends] += 1;
      if (ends === 'cut') client.destroy();
      if (ends === 'reset') client.resetAndDestroy();
      if (ends) return;
      if (blackholeMs > 0) {
        counts.blackholed += 1;
        blackhole = sleep(blackholeMs);
      }
      if (slowMs > 0) {
        counts.slowed += 1;
        await sleep(slowMs);
      }
    }
  }

  /** Until the time is over, or the proxy is calmed. */
  function sleep(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        asleep.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, milliseconds);
      asleep.add(wake);
    });
  }
}

/** Passes on one way of a connection, each chunk once its turn is over and while there are still two ends. */
async function pass(from: Socket, to: Socket, turn: (bytes: Buffer) => Promise<void>): Promise<void> {
  try {
    for await (const bytes of from as AsyncIterable<Buffer>) {
      await turn(bytes);
      if (from.destroyed || to.destroyed) return;
      if (!to.write(bytes)) await new Promise((drained) => to.once('drain', drained).once('close', drained));
    }
    to.end();
  } catch {
    to.destroy(); // this end broke off
  }
}
