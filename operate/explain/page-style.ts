/** How an explanation looks; light or dark as its reader has it. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --soft: #5b6678; --line: #d9dfe8; --paper: #ffffff; --shade: #f5f7fa; --right: #18794e; --wrong: #b42318; --bar: #5b8def; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --soft: #9aa6b8; --line: #333c4a; --paper: #151a21; --shade: #1e252f; --right: #4cc38a; --wrong: #ff8a80; --bar: #6f9cf0; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 76rem; color: var(--ink); background: var(--paper); font: 15px/1.5 system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; }
h1 { margin: 0; font-size: 1.5rem; overflow-wrap: anywhere; }
h2 { margin: 2.2rem 0 .6rem; font-size: 1.15rem; }
h3 { margin: 1rem 0 .3rem; font-size: 1rem; }
header p, .hint, small { color: var(--soft); font-weight: 400; }
header p, .hint { margin: .2rem 0 .8rem; font-size: .85rem; }
code, pre { font: .82em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; overflow-wrap: anywhere; }
pre { margin: .4rem 0; padding: .7rem .9rem; background: var(--shade); border-radius: 8px; overflow-x: auto; white-space: pre-wrap; }
ul.findings { list-style: none; margin: 1.2rem 0; padding: .9rem 1.1rem; background: var(--shade); border-radius: 10px; }
ul.findings li { padding: .12rem 0 .12rem 1.4rem; text-indent: -1.4rem; overflow-wrap: anywhere; }
.mark { display: inline-block; width: 1.1rem; text-indent: 0; font-weight: 700; }
.right .mark { color: var(--right); }
.wrong, .wrong .mark { color: var(--wrong); font-weight: 600; }
table { border-collapse: collapse; width: 100%; font-size: .87rem; }
th { text-align: left; color: var(--soft); font-weight: 500; }
th, td { padding: .32rem .9rem .32rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
td.money { font-variant-numeric: tabular-nums; white-space: nowrap; }
tr.sum td { font-weight: 600; }
.figure { margin: .2rem 0; font-size: 1.7rem; font-variant-numeric: tabular-nums; }
.figure small { font-size: .9rem; }
.push { display: inline-block; min-width: 15rem; padding: .8rem 1.1rem; border: 1px solid var(--line); border-radius: 14px; background: var(--shade); }
figure { margin: 0; padding: 1rem; background: #fbfcfe; border: 1px solid var(--line); border-radius: 10px; overflow-x: auto; }
figure svg { max-width: 100%; height: auto; display: block; }
details { margin: .35rem 0; padding: .45rem .8rem; border: 1px solid var(--line); border-radius: 8px; }
summary { cursor: pointer; overflow-wrap: anywhere; }
.tag { display: inline-block; padding: 0 .5rem; border-radius: 999px; background: var(--shade); font-size: .78rem; color: var(--soft); }
.handling { margin: .6rem 0 0; padding-left: .9rem; border-left: 3px solid var(--line); }
.diff .gone { color: var(--wrong); }
.diff .come { color: var(--right); }
.trace { margin-top: .5rem; font-size: .8rem; }
.span { display: grid; grid-template-columns: minmax(14rem, 24rem) 1fr 5.5rem; gap: .8rem; align-items: center; }
.span .name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.span .name.call { padding-left: 1rem; color: var(--soft); }
.line { display: block; background: var(--shade); border-radius: 3px; }
.bar { display: block; height: .6rem; min-width: 2px; border-radius: 3px; background: var(--bar); }
.bar.call { height: .3rem; opacity: .55; }
.bar.failed { background: var(--wrong); }
.took { text-align: right; color: var(--soft); font-variant-numeric: tabular-nums; }
`;
