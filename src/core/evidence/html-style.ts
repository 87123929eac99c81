// How a report looks as a page: light and dark, on a desk, on a phone and on paper. No scripts, nothing from elsewhere.

export const REPORT_STYLE = `
:root{color-scheme:light dark;--paper:#f6f3ec;--card:#fffdf8;--ink:#24221d;--soft:#5c574b;--line:#dcd6c8;--tint:#eeeadf;--accent:#3f4694;--good:#1f5a4c;--good-bg:#e2ede6;--bad:#9f2f25;--bad-bg:#f8e3de;--wait:#8f4a12;--wait-bg:#f7e8d3;--model:#5a62b5;--tool:#3c8573;--own:#c9843f;--idle:#b9b1a0;--serif:"Iowan Old Style","Palatino Linotype",Palatino,"URW Palladio L",P052,"Book Antiqua",Georgia,"Liberation Serif","DejaVu Serif",serif;--mono:ui-monospace,"SF Mono",SFMono-Regular,Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace}
@media (prefers-color-scheme:dark){:root{--paper:#191917;--card:#21211e;--ink:#ece8de;--soft:#b3ada0;--line:#383732;--tint:#2b2a26;--accent:#b3b8f2;--good:#86c9b3;--good-bg:#1d332c;--bad:#f0958a;--bad-bg:#3d211e;--wait:#e2a566;--wait-bg:#3a2a17;--model:#8f96e0;--tool:#5fae98;--own:#d59a5b;--idle:#5d5a51}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;overflow-wrap:anywhere}
main{max-width:1080px;margin:0 auto;padding:32px 24px 64px}
header h1{font-size:clamp(22px,3.4vw,32px);line-height:1.22;letter-spacing:-.01em;margin:10px 0 12px;font-weight:600;font-family:var(--serif);text-wrap:pretty}
.by{color:var(--soft);font-size:13px;display:flex;flex-wrap:wrap;gap:4px 16px;margin:0}
.brand{display:flex;align-items:center;gap:12px;font-size:13px;color:var(--soft)}
.brand b{color:var(--ink);font-weight:650;letter-spacing:.01em}
.pill{display:inline-block;padding:3px 11px;border-radius:99px;font-size:12.5px;font-weight:620;background:var(--tint);color:var(--soft);white-space:nowrap}
.pill.good{background:var(--good-bg);color:var(--good)}.pill.bad{background:var(--bad-bg);color:var(--bad)}.pill.wait{background:var(--wait-bg);color:var(--wait)}
.lead{font-size:16.5px;margin:18px 0 0;max-width:74ch;white-space:pre-line}
.note{margin:18px 0 0;padding:13px 16px;border-radius:10px;background:var(--tint);white-space:pre-line}
.note.bad{background:var(--bad-bg);color:var(--bad)}.note.wait{background:var(--wait-bg);color:var(--wait)}
.tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:12px;margin:26px 0 0}
.tile{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:14px 16px;min-width:0}
.tile dt{color:var(--soft);font-size:12.5px;margin:0}
.tile dd{margin:2px 0 0;font-size:22px;font-weight:640;letter-spacing:-.01em;font-variant-numeric:tabular-nums}
.tile dd.good{color:var(--good)}.tile dd.bad{color:var(--bad)}
.tile small{display:block;color:var(--soft);font-size:12.5px;font-weight:400;letter-spacing:0}
nav{display:flex;flex-wrap:wrap;gap:6px 16px;margin:26px 0 0;padding:0 0 14px;border-bottom:1px solid var(--line);font-size:13.5px}
a{color:var(--accent);text-decoration:none}a:hover{text-decoration:underline}
section{margin:36px 0 0;scroll-margin-top:16px}
h2{font-size:21px;letter-spacing:-.005em;margin:0 0 12px;font-weight:600;font-family:var(--serif)}
h2 span{color:var(--soft);font:400 14px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;margin-left:10px;letter-spacing:0}
h3{font-size:14px;margin:20px 0 8px;font-weight:620}
p{margin:0 0 10px}
.card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:16px 18px}
.card+.card{margin-top:10px}
.quote{white-space:pre-wrap;margin:0}
dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:6px 18px;margin:0}
dl.facts dt{color:var(--soft)}dl.facts dd{margin:0;min-width:0}
code,pre{font-family:var(--mono);font-size:12.5px}
code{background:var(--tint);border-radius:5px;padding:1px 5px;overflow-wrap:anywhere}
pre{margin:10px 0 0;padding:12px 14px;background:var(--tint);border-radius:9px;overflow:auto;max-height:420px;line-height:1.5;white-space:pre;overflow-wrap:normal;tab-size:4}
.shots{display:grid;grid-template-columns:minmax(0,1fr) minmax(0,27%);gap:22px;align-items:start}
.shots.one{grid-template-columns:minmax(0,1fr)}
figure{margin:0}
figure img{display:block;width:100%;height:auto}
.frame{border:1px solid var(--line);border-radius:12px;overflow:hidden;background:var(--card);box-shadow:0 8px 30px rgb(60 50 30/.12)}
.frame.desk::before{content:"";display:block;height:26px;background:radial-gradient(circle at 16px 13px,#f26d63 4px,transparent 4.6px),radial-gradient(circle at 32px 13px,#f4bd4f 4px,transparent 4.6px),radial-gradient(circle at 48px 13px,#58c456 4px,transparent 4.6px),var(--tint);border-bottom:1px solid var(--line)}
.frame.phone{border-radius:26px;border:7px solid #22262d}
figcaption{color:var(--soft);font-size:12.5px;margin:9px 2px 0}
.scroll{overflow-x:auto;-webkit-overflow-scrolling:touch}
svg{display:block}
svg text{font:12.5px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif;fill:var(--ink)}
svg .sub{fill:var(--soft);font-size:11px}
svg .node{fill:var(--card);stroke:var(--line);stroke-width:1.3}
svg .done .node{stroke:var(--good)}svg .failed .node{stroke:var(--bad)}svg .at_work .node{stroke:var(--accent);stroke-dasharray:5 3}
svg .dot{fill:var(--idle)}svg .done .dot{fill:var(--good)}svg .failed .dot{fill:var(--bad)}svg .at_work .dot{fill:var(--accent)}
svg .edge{fill:none;stroke:var(--idle);stroke-width:1.5}
svg .merged{fill:none;stroke:var(--model);stroke-width:1.5}
.t-model{fill:var(--model)}.t-tool{fill:var(--tool)}.t-own{fill:var(--own)}.t-idle{fill:var(--idle)}
.legend{display:flex;flex-wrap:wrap;gap:4px 20px;margin:10px 0 0;padding:0;list-style:none;font-size:13px;color:var(--soft)}
.legend svg{display:inline-block;vertical-align:-1px;margin-right:7px}.legend b{color:var(--ink);font-weight:600}
table{border-collapse:collapse;width:100%;font-size:13.5px}
th{text-align:left;color:var(--soft);font-weight:500;font-size:12.5px;padding:6px 12px 6px 0;border-bottom:1px solid var(--line);white-space:nowrap}
td{padding:8px 12px 8px 0;border-bottom:1px solid var(--line);vertical-align:top}
tr:last-child td{border-bottom:0}
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}
td .dim,.dim{color:var(--soft)}
.plus{color:var(--good)}.minus{color:var(--bad)}
.role{display:inline-block;font-size:12px;padding:1px 8px;border-radius:6px;background:var(--tint);color:var(--soft);white-space:nowrap}
details{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:0 18px}
details+details{margin-top:8px}
summary{display:flex;align-items:baseline;flex-wrap:wrap;gap:4px 12px;padding:12px 0;cursor:pointer;list-style:none}
summary::-webkit-details-marker{display:none}
summary::after{content:"";width:7px;height:7px;border:solid var(--soft);border-width:0 1.6px 1.6px 0;transform:rotate(45deg) translateY(-3px);margin-left:auto;align-self:center;flex:none}
details[open]>summary::after{transform:rotate(-135deg)}
details.bare{padding:12px 18px}details.bare summary{padding:0;cursor:default}details.bare summary::after{display:none}
summary .name{font-weight:600}summary .why{color:var(--soft);font-size:13.5px}
details>*:last-child:not(summary){margin-bottom:16px}
ul.plain{margin:0;padding:0;list-style:none}ul.plain li{padding:5px 0}
.finding{display:grid;grid-template-columns:8.5em 1fr;gap:10px;padding:7px 0;border-top:1px solid var(--line);font-size:13.5px}
.finding .sev{font-size:12px;color:var(--soft)}.finding .sev.error{color:var(--bad)}.finding .sev.warning{color:var(--wait)}
.round{display:grid;grid-template-columns:34px 1fr;gap:14px;padding:12px 0;border-top:1px solid var(--line)}
.round:first-child{border-top:0;padding-top:2px}.round:last-child{padding-bottom:2px}
.round .num{width:30px;height:30px;border-radius:50%;display:grid;place-items:center;background:var(--tint);font-weight:600;font-size:13px}
.round ul{margin:6px 0 0;padding-left:18px;color:var(--soft);font-size:13.5px}
.diff{white-space:pre;font-family:var(--mono);font-size:12.5px;line-height:1.5}
.diff span{display:block;padding:0 8px;min-height:1.5em}
.diff .a{background:var(--good-bg);color:var(--good)}.diff .d{background:var(--bad-bg);color:var(--bad)}.diff .h{color:var(--accent)}.diff .f{font-weight:650;margin-top:12px}
.sha{font-size:11px;color:var(--soft);background:none;padding:0}
footer{margin:52px 0 0;padding-top:16px;border-top:1px solid var(--line);color:var(--soft);font-size:12.5px}
@media (max-width:720px){
main{padding:20px 16px 48px}
.tiles{grid-template-columns:repeat(2,1fr)}
.shots{grid-template-columns:1fr}
.frame.phone{max-width:240px;margin:0 auto}
figure:has(.phone) figcaption{text-align:center}
dl.facts{grid-template-columns:1fr;gap:1px}dl.facts dd{margin-bottom:9px}
.card,details{padding-left:14px;padding-right:14px}
.rows thead{display:none}.rows,.rows tbody,.rows tr,.rows td{display:block;text-align:left}
.rows tr{padding:10px 0;border-bottom:1px solid var(--line)}.rows tr:last-child{border:0}
.rows td{border:0;padding:1px 0}.rows td.n{text-align:left;display:inline-block;margin-right:16px}
.rows td[data-head]::before{content:attr(data-head) " ";color:var(--soft);font-size:12.5px}
.finding{grid-template-columns:1fr;gap:1px}
}
@media print{
:root{color-scheme:light;--paper:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#ccc;--tint:#f5f5f5}
main{max-width:none;padding:0}nav{display:none}
section,.card,figure,tr,.round{break-inside:avoid}
section.long,section.long .card{break-inside:auto}
pre{max-height:none;white-space:pre-wrap}.diff{white-space:pre-wrap}
details::details-content{content-visibility:visible;block-size:auto}
summary::after{display:none}.frame{box-shadow:none}
body{font-size:11pt;-webkit-print-color-adjust:exact;print-color-adjust:exact}
}
`

/** SHA-256 of the style in base64, for a content security policy. A test holds it to the text above. */
export const REPORT_STYLE_HASH = 'XcRdkxdVlVlUXe/5pRo1PcX4AqKosUKK48B7Kd4425Y='

/** What a report as a page may do: be styled by its own style, and show its own pictures. */
export const REPORT_POLICY = `default-src 'none'; style-src 'sha256-${REPORT_STYLE_HASH}'; img-src data:; base-uri 'none'; form-action 'none'`
