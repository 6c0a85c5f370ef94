import type { Profiler } from 'node:inspector';
import { basename } from 'node:path';
import { isOfNode, type Owner, ownerOf } from './owners.ts';

/** A profile, and between which times of its samples, in microseconds, its process was under load. */
export type Taken = { readonly profile: Profiler.Profile; readonly from: number; readonly until: number };

/** A file as in `shared/runtime/door.ts`, `node_modules/zod/v4/core/parse.js` or `node:net`; of machine code, nothing. */
export type Place = { readonly file: string; readonly line?: number | undefined };

/** A function, as it was called from where it stands in the tree. */
export type Frame = Place & {
  readonly name: string;
  readonly owner: Owner;
  /** Samples in itself, and in all that it called too. */
  readonly own: number;
  readonly all: number;
  /** The one with most samples first. */
  readonly children: readonly Frame[];
};

/** Samples in an owner's own code, and with those in which Node worked for it. */
export type Share = { own: number; withNode: number };

// Each of Express's handlers is called by the one before it, and between any two are six frames of the router's.
const FOLDED = /^node_modules\/router\//;

/** Who called whom while the process was under load and did anything. */
export function callTree(taken: Taken, placeOf: (frame: Profiler.ProfileNode['callFrame']) => Place): Frame {
  const samples = samplesByNode(taken);
  const nodes = new Map(taken.profile.nodes.map((node) => [node.id, node]));
  const frameOf = (node: Profiler.ProfileNode, caller: Owner): Frame => {
    const name = node.callFrame.functionName;
    const place = placeOf(node.callFrame);
    const owner = ownerOf(place.file || name, caller);
    const called = (node.children ?? [])
      .flatMap((id) => nodes.get(id) ?? [])
      .map((child) => frameOf(child, owner))
      .filter((child) => child.all > 0);
    const isFolded = (child: Frame) => child.owner === owner && FOLDED.test(child.file);
    const itself = name === '(idle)' ? 0 : (samples.get(node.id) ?? 0);
    return {
      ...place,
      name: name || [basename(place.file), place.line].filter(Boolean).join(':'),
      owner,
      own: sum([itself, ...called.filter(isFolded).map((child) => child.own)]),
      all: sum([itself, ...called.map((child) => child.all)]),
      children: called
        .flatMap((child) => (isFolded(child) ? child.children : child))
        .sort((a, b) => b.all - a.all),
    };
  };
  const [root] = taken.profile.nodes;
  if (!root) throw new Error('The profile is empty.');
  return frameOf(root, 'Node');
}

function sum(samples: readonly number[]): number {
  return samples.reduce((all, each) => all + each, 0);
}

function samplesByNode({ profile, from, until }: Taken): ReadonlyMap<number, number> {
  const { startTime, samples = [], timeDeltas = [] } = profile;
  const counted = new Map<number, number>();
  let at = startTime;
  for (const [n, id] of samples.entries()) {
    at += timeDeltas[n] ?? 0;
    if (at >= from && at <= until) counted.set(id, (counted.get(id) ?? 0) + 1);
  }
  return counted;
}

/**
 * Samples by owner, most first: in its own code, and with what Node did for it right below. What stays with Node
 * then is what nobody called, as reading from sockets.
 */
export function sharesOf(root: Frame): ReadonlyMap<Owner, Share> {
  const shares = new Map<Owner, Share>();
  const shareOf = (owner: Owner) => {
    const share = shares.get(owner) ?? { own: 0, withNode: 0 };
    shares.set(owner, share);
    return share;
  };
  const add = (frame: Frame, caller: Owner | undefined) => {
    const asker = isOfNode(frame.owner) ? caller : frame.owner;
    shareOf(frame.owner).own += frame.own;
    shareOf(asker ?? frame.owner).withNode += frame.own;
    for (const child of frame.children) add(child, asker);
  };
  add(root, undefined);
  return new Map(
    [...shares].filter(([, { own, withNode }]) => own + withNode > 0).sort(([, a], [, b]) => b.own - a.own),
  );
}
