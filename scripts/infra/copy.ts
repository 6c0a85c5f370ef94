import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Registered } from '../../functions/registry.ts';
import { CLOUD_ALERTS, cloudAlerts } from '../manifest/cloud-alerts.ts';
import { functionsJson } from '../manifest/terraform.ts';
import { said } from './terraform.ts';
import { KEPT } from './world.ts';

const FOLDER = 'infra/terraform';
const FILES = ['firestore.indexes.json', 'firestore.rules', FOLDER];

/** One thing that somebody gets wrong: a text in a file, and what stands there instead. */
export type Edit = { readonly file: string; readonly from: string; readonly to: string };

/** Folders that are gone in the end. */
export class Copies {
  private readonly root = mkdtemp(join(tmpdir(), 'infra-'));
  private count = 0;

  /** What Terraform reads, for these functions, with its state beside it. Like `initialised`, it has its providers. */
  async make(
    registry: readonly Registered[],
    edits: readonly Edit[] = [],
    initialised?: string,
  ): Promise<string> {
    const root = join(await this.root, String(this.count++));
    const folder = join(root, FOLDER);
    await Promise.all(FILES.map((file) => cp(file, join(root, file), { recursive: true, filter: isSource })));
    await writeFile(join(folder, 'functions.json'), functionsJson(registry));
    await writeFile(join(root, CLOUD_ALERTS), cloudAlerts(registry));
    await writeFile(join(folder, 'backend_override.tf'), 'terraform {\n  backend "local" {}\n}\n');
    const images = Object.fromEntries(registry.map(({ fn }) => [fn.name, `sha256:${'0'.repeat(64)}`]));
    await writeFile(
      join(folder, 'images.auto.tfvars.json'),
      JSON.stringify({ images, kept_subscriptions: { [KEPT.name]: KEPT } }),
    );
    for (const { file, from, to } of edits) await edit(join(folder, file), from, to);
    if (initialised) await symlink(join(initialised, '.terraform'), join(folder, '.terraform'));
    else await said(folder, 'init', '-input=false');
    return folder;
  }

  async remove(): Promise<void> {
    await rm(await this.root, { recursive: true });
  }
}

function isSource(path: string): boolean {
  return !/\.terraform$|terraform\.tfstate/.test(path);
}

async function edit(path: string, from: string, to: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  if (!text.includes(from)) throw new Error(`${path} has no ${from}`);
  await writeFile(path, text.replaceAll(from, to));
}
