/// What pages look like: in light and dark, on a telephone, on a wide screen and on paper.
///
/// Colours that say something are those of Okabe and Ito; whatever has one has a sign and a word as well. Only
/// what may be wide scrolls, inside of its own box.
enum PageStyle {
  static let text = """
    :root {
      --paper: #ffffff; --ground: #f6f6f3; --ink: #1c2024; --faint: #5b636b; --line: #dcdcd6;
      --link: #005a9c; --bad: #d55e00; --good: #009e73; --warn: #e69f00; --calm: #56b4e9; --own: #0072b2;
      --odd: #cc79a7; --bad-tint: #fdf0e6; --good-tint: #e8f6f1; --warn-tint: #fdf5e3;
      --mono: ui-monospace, "SFMono-Regular", "DejaVu Sans Mono", Menlo, Consolas, monospace;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #1d2125; --ground: #14171a; --ink: #e8e9ea; --faint: #a4abb2; --line: #363c42;
        --link: #7cc4f5; --bad: #ff8a3d; --good: #2fc79a; --warn: #f2b632; --own: #56a5dd;
        --bad-tint: #33241a; --good-tint: #17302a; --warn-tint: #322a17;
      }
    }
    *, *::before, *::after { box-sizing: border-box; }
    html { -webkit-text-size-adjust: 100%; }
    body {
      margin: 0; background: var(--ground); color: var(--ink); overflow-wrap: anywhere;
      font: 1.0625rem/1.6 system-ui, -apple-system, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif;
    }
    main, header, footer { max-width: 72rem; margin: 0 auto; padding: 0 clamp(1rem, 4vw, 3rem); }
    header { padding-top: clamp(2rem, 5vw, 4rem); padding-bottom: 1rem; }
    footer { margin-top: 5rem; padding-top: 1.5rem; padding-bottom: 3rem; color: var(--faint); font-size: .9rem; border-top: 1px solid var(--line); }
    h1 { font-size: clamp(1.9rem, 1.2rem + 2.6vw, 3rem); line-height: 1.12; letter-spacing: -.022em; margin: .35rem 0 .75rem; font-weight: 700; text-wrap: balance; }
    h2 { font-size: 1.45rem; line-height: 1.25; letter-spacing: -.012em; margin: 4rem 0 1.1rem; }
    h3 { font-size: 1.12rem; line-height: 1.35; margin: 1.4rem 0 .5rem; }
    .card h3, .columns h3 { margin-top: 0; }
    p { margin: 0 0 .9rem; max-width: 44rem; }
    a { color: var(--link); text-underline-offset: .16em; text-decoration-thickness: .06em; }
    a:hover { text-decoration-thickness: .13em; }
    :focus-visible { outline: 3px solid var(--own); outline-offset: 2px; border-radius: 3px; }
    code, pre, .mono { font-family: var(--mono); font-size: .875em; }
    code { overflow-wrap: anywhere; }
    .skip { position: absolute; left: -100vw; top: .5rem; padding: .4rem .8rem; background: var(--paper); }
    .skip:focus { left: .5rem; }
    .over { margin: 0; color: var(--faint); font-size: .95rem; }
    .lead { font-size: 1.2rem; line-height: 1.5; max-width: 46rem; margin-bottom: 1.4rem; }
    .lead::first-letter { text-transform: uppercase; }
    .columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 0 3.5rem; }
    @media (max-width: 60rem) { .columns { grid-template-columns: minmax(0, 1fr); } }
    .faint { color: var(--faint); }
    .small { font-size: .92rem; }
    .none { color: var(--faint); }
    .tags { display: flex; flex-wrap: wrap; gap: .45rem; margin: 0 0 1.1rem; padding: 0; list-style: none; }
    .tag { display: inline-flex; align-items: baseline; gap: .4em; padding: .1rem .65rem; border: 1px solid var(--line); border-left: .4rem solid var(--faint); border-radius: .3rem; background: var(--paper); font-size: .85rem; font-weight: 600; white-space: normal; }
    .tag.new, .tag.back, .tag.failed, .tag.missed { border-left-color: var(--bad); background: var(--bad-tint); }
    .tag.undecided, .tag.incomplete, .tag.interrupted, .tag.empty { border-left-color: var(--warn); background: var(--warn-tint); }
    .tag.gone, .tag.passed, .tag.found { border-left-color: var(--good); background: var(--good-tint); }
    .tag.known, .tag.accepted, .tag.untried { border-left-color: var(--calm); }
    .verdict { border: 1px solid var(--line); border-left: .6rem solid var(--faint); border-radius: .5rem; background: var(--paper); padding: 1.1rem 1.5rem; margin: 1.75rem 0 0; }
    .verdict.failed { border-left-color: var(--bad); background: var(--bad-tint); }
    .verdict.passed { border-left-color: var(--good); background: var(--good-tint); }
    .verdict.incomplete, .verdict.interrupted, .verdict.empty { border-left-color: var(--warn); background: var(--warn-tint); }
    .verdict strong { display: block; font-size: 1.3rem; line-height: 1.35; }
    .verdict p { margin: .3rem 0 0; max-width: none; }
    .numbers { display: grid; grid-template-columns: repeat(6, minmax(max-content, 1fr)); gap: 1px; margin: 1.25rem 0 0; padding: 0; background: var(--line); border: 1px solid var(--line); border-radius: .5rem; overflow: hidden; }
    .numbers div { background: var(--paper); padding: .9rem 1.25rem; display: flex; flex-direction: column-reverse; justify-content: flex-end; }
    .numbers dt { color: var(--faint); font-size: .9rem; }
    .numbers dd { margin: 0; white-space: nowrap; font-size: 1.45rem; line-height: 1.25; font-weight: 650; font-variant-numeric: tabular-nums; letter-spacing: -.01em; }
    @media (max-width: 60rem) { .numbers { grid-template-columns: repeat(3, minmax(max-content, 1fr)); } }
    @media (max-width: 30rem) { .numbers { grid-template-columns: repeat(2, minmax(0, 1fr)); } }
    .cards { display: grid; gap: 1.5rem; margin: 0; padding: 0; list-style: none; }
    .card { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 24rem); gap: 1.25rem 2.5rem; background: var(--paper); border: 1px solid var(--line); border-radius: .6rem; padding: 1.5rem 1.75rem; }
    .card.plain { grid-template-columns: minmax(0, 1fr); }
    .card h3 { font-size: 1.3rem; line-height: 1.3; }
    .card h3 a { color: inherit; }
    .card .thumb { display: block; align-self: start; }
    .thumb img { display: block; width: 100%; aspect-ratio: 2 / 1; object-fit: fill; background: #ffffff; border: 1px solid var(--line); border-radius: .4rem; }
    .thumb.flat img { aspect-ratio: 4 / 1; }
    @media (max-width: 46rem) { .card { grid-template-columns: minmax(0, 1fr); padding: 1.25rem; } }
    dl.facts { display: grid; grid-template-columns: minmax(6rem, max-content) minmax(0, 1fr); gap: .35rem 1.5rem; margin: 0 0 .9rem; }
    .facts dt { color: var(--faint); }
    .facts dd { margin: 0; }
    @media (max-width: 30rem) { dl.facts { grid-template-columns: minmax(0, 1fr); gap: 0; } .facts dd { margin-bottom: .6rem; } }
    .scroll { overflow-x: auto; max-width: 100%; border: 1px solid var(--line); border-radius: .5rem; background: var(--paper); }
    table { border-collapse: collapse; width: 100%; font-size: .95rem; line-height: 1.45; }
    caption { text-align: left; color: var(--faint); font-size: .9rem; padding: .9rem 1.1rem .3rem; }
    th, td { text-align: left; vertical-align: top; padding: .65rem 1.1rem; border-top: 1px solid var(--line); overflow-wrap: normal; }
    thead th { border-top: 0; color: var(--faint); font-weight: 600; font-size: .85rem; white-space: nowrap; }
    tbody th { font-weight: 600; }
    th .faint { font-weight: 400; }
    td.word { white-space: nowrap; }
    .steps .number { width: 5rem; }
    td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    td.wide { min-width: 15rem; overflow-wrap: anywhere; }
    td.name, th.name { min-width: 9rem; overflow-wrap: anywhere; }
    td.time { white-space: nowrap; font-variant-numeric: tabular-nums; }
    tr.now > * { background: var(--ground); }
    pre { margin: 0; padding: 1.1rem 1.35rem; overflow-x: auto; max-width: 100%; background: var(--paper); border: 1px solid var(--line); border-radius: .5rem; line-height: 1.55; tab-size: 2; }
    pre.line { white-space: pre-wrap; overflow-wrap: anywhere; }
    figure { margin: 0 0 1.5rem; }
    figcaption { color: var(--faint); font-size: .92rem; margin-top: .6rem; max-width: 44rem; }
    .picture { overflow: auto; max-width: 100%; max-height: 64rem; border: 1px solid var(--line); border-radius: .5rem; background: #ffffff; padding: .5rem; }
    .picture img { display: block; max-width: none; }
    .trend { overflow-x: auto; border: 1px solid var(--line); border-radius: .5rem; background: var(--paper); padding: 1rem; }
    .trend svg { display: block; min-width: 36rem; width: 100%; height: auto; max-width: 62rem; }
    .trend text { font: 12px system-ui, "DejaVu Sans", sans-serif; fill: var(--ink); }
    .trend .soft { fill: var(--faint); }
    .trend .strong { font-weight: 650; }
    .trend .axis { stroke: var(--line); }
    .trend .seeds { fill: var(--own); }
    .trend .new { fill: var(--bad); }
    .trend .known { fill: var(--calm); }
    .trend .gone { fill: var(--good); }
    .trend .mark { stroke: var(--paper); stroke-width: 2; fill: none; }
    details { margin: 0 0 1rem; }
    summary { cursor: pointer; color: var(--link); padding: .3rem 0; }
    details[open] summary { margin-bottom: .6rem; }
    ul.plain { margin: 0 0 1rem; padding: 0; list-style: none; }
    ul.plain li { padding: .55rem 0; border-top: 1px solid var(--line); max-width: 60rem; }
    ul.plain li:first-child { border-top: 0; }
    ul.words { margin: 0 0 1rem; padding-left: 1.2rem; max-width: 60rem; }
    ul.words li { margin: .25rem 0; }
    nav { font-size: .95rem; margin-bottom: 1.1rem; }
    @media print {
      :root { --paper: #ffffff; --ground: #ffffff; --ink: #000000; --faint: #444444; --line: #bbbbbb; --link: #000000;
        --bad-tint: #ffffff; --good-tint: #ffffff; --warn-tint: #ffffff; }
      @page { margin: 16mm; }
      html { font-size: 9pt; }
      body { font-size: 1rem; }
      .numbers { grid-template-columns: repeat(6, minmax(0, 1fr)); }
      .card { grid-template-columns: minmax(0, 1fr) 18rem; padding: 1rem 1.25rem; }
      .card.plain { grid-template-columns: minmax(0, 1fr); }
      main, header, footer { max-width: none; padding-left: 0; padding-right: 0; }
      header { padding-top: 0; }
      h2 { margin-top: 2rem; }
      h2, h3, summary, caption { break-after: avoid; }
      .card, figure, tr, .verdict { break-inside: avoid; }
      .skip, nav { display: none; }
      .scroll, .picture, .trend, pre { overflow: visible; max-height: none; }
      pre { white-space: pre-wrap; overflow-wrap: anywhere; }
      th, td { padding: .3rem .5rem; white-space: normal !important; overflow-wrap: anywhere; min-width: 0 !important; }
      .picture img { max-width: 100%; max-height: 22cm; height: auto; }
      .trend svg { min-width: 0; }
      details::details-content { content-visibility: visible; display: block; height: auto; }
    }
    """
}
