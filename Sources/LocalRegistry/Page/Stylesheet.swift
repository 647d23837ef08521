/// How the pages look. Every colour of text has a contrast of at least 4.5:1 on its ground, in the
/// light as in the dark (WCAG 2.2, 1.4.3).
enum Stylesheet {
    static let text = colours + base + chrome + content + tables + layers + narrow

    private static let colours = """
        :root{color-scheme:light dark;--bg:#f6f6f3;--surface:#fff;--text:#1c2024;--muted:#59616a;\
        --line:#dfe0db;--accent:#12625b;--soft:#e2eeec;--own:#1f8077;--shared:#7c8b89;--well:#f1f1ed}
        @media (prefers-color-scheme:dark){:root{--bg:#121517;--surface:#191d20;--text:#e3e6e8;\
        --muted:#9da6ae;--line:#2b3136;--accent:#76ccc1;--soft:#1b302e;--own:#4db5a9;\
        --shared:#65716f;--well:#14181a}}

        """

    private static let base = """
        *,*::before,*::after{box-sizing:border-box}
        html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
        body{margin:0;min-height:100vh;display:flex;flex-direction:column;background:var(--bg);\
        color:var(--text);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",\
        "Liberation Sans",sans-serif}
        code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",\
        "Liberation Mono",monospace;font-size:.87em}
        pre code{font-size:inherit}
        a{color:var(--accent);text-decoration:none}
        a:hover{text-decoration:underline;text-underline-offset:.2em}
        :focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:3px}
        main:focus{outline:none}
        h1{font-size:1.6rem;line-height:1.25;font-weight:650;letter-spacing:-.012em;margin:0 0 1rem}
        h2{font-size:1.05rem;line-height:1.3;font-weight:650;margin:0 0 .7rem}
        section{margin:2.2rem 0 0}
        .hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);\
        white-space:nowrap}
        .skip{position:absolute;left:-999em}
        .skip:focus{left:1rem;top:.6rem;z-index:1;background:var(--surface);padding:.4rem .8rem}
        .note{color:var(--muted)}
        .number{text-align:right;font-variant-numeric:tabular-nums}
        .all,.copy code{user-select:all;-webkit-user-select:all}

        """

    private static let chrome = """
        .bar{display:flex;flex-wrap:wrap;align-items:center;justify-content:space-between;\
        gap:.3rem 1.5rem;width:100%;padding:.8rem max(1.25rem,calc((100% - 1120px)/2))}
        header.bar{background:var(--surface);border-bottom:1px solid var(--line)}
        footer.bar{margin-top:auto;color:var(--muted);font-size:.85rem;padding-block:1.4rem;\
        font-variant-numeric:tabular-nums}
        .brand{display:inline-flex;align-items:center;gap:.55rem;font-weight:650;color:var(--text)}
        .brand svg{width:22px;height:22px;fill:var(--accent);flex:none}
        .brand .line{fill:none;stroke:var(--accent);stroke-width:1.7;stroke-linecap:round;\
        stroke-linejoin:round}
        .where{display:flex;align-items:center;gap:.6rem;color:var(--muted);min-width:0}
        .dialect{border:1px solid var(--line);border-radius:99px;padding:0 .6em;font-size:.8rem}
        main{width:100%;max-width:calc(1120px + 2.5rem);margin:0 auto;padding:1.8rem 1.25rem 2.5rem}
        .crumbs ol{list-style:none;display:flex;flex-wrap:wrap;gap:.1rem .5rem;margin:0 0 .5rem;\
        padding:0;font-size:.9rem;color:var(--muted)}
        .crumbs li{min-width:0;overflow-wrap:anywhere}
        .crumbs li+li::before{content:"/";margin-right:.5rem;color:var(--muted)}

        """

    private static let content = """
        .name,.facts dd,.pairs dd,.pairs dt,.lead,.empty p{overflow-wrap:anywhere}
        .at{color:var(--muted);font-weight:400}
        .facts{display:flex;flex-wrap:wrap;gap:.9rem 2.4rem;margin:0 0 1.5rem}
        .facts dt,.pairs dt,thead th{color:var(--muted);font-size:.8rem;font-weight:500}
        .facts dd{margin:0;font-weight:550;text-align:left}
        .facts code{font-weight:400}
        .copy{margin:0 0 1.5rem;padding:.65rem .9rem;background:var(--surface);\
        border:1px solid var(--line);border-radius:8px;white-space:pre-wrap;overflow-wrap:anywhere}
        .push h2{margin-bottom:.45rem;font-size:.8rem;font-weight:500;color:var(--muted)}
        .push{margin:0}
        .empty{margin-top:1.5rem;padding:2rem;background:var(--surface);border:1px solid var(--line);\
        border-radius:10px}
        .empty .copy{background:var(--well)}
        .empty p{margin:0 0 1rem;max-width:44rem}
        .empty p:last-child{margin:0}
        .none{color:var(--muted);padding:1.5rem 0}
        .filter{display:flex;flex-wrap:wrap;align-items:center;gap:.6rem;margin:0 0 1rem}
        .filter label{color:var(--muted);font-size:.9rem}
        input,button{font:inherit;color:inherit;min-height:2.4rem;border-radius:7px;\
        border:1px solid var(--shared);background:var(--surface);padding:.25rem .7rem}
        input{flex:0 1 17rem;min-width:0}
        button{cursor:pointer;font-weight:500}
        button:hover{border-color:var(--accent);color:var(--accent)}
        .pager{display:flex;gap:1.5rem;justify-content:flex-end;padding:1rem 0 0}
        .tag{display:inline-block;max-width:100%;padding:.06rem .45rem;border-radius:5px;\
        background:var(--soft);color:var(--accent);font-family:ui-monospace,SFMono-Regular,Menlo,\
        Consolas,"DejaVu Sans Mono","Liberation Mono",monospace;font-size:.83rem;font-weight:500;\
        overflow-wrap:anywhere}
        p.tags{margin:-.4rem 0 1rem}
        .tags{display:flex;flex-wrap:wrap;align-items:center;gap:.3rem}
        .links{overflow-wrap:anywhere}
        .links a+a{margin-left:.5rem}
        .words code{display:inline-block;max-width:100%;padding:0 .35rem;border-radius:4px;\
        background:var(--well);border:1px solid var(--line);overflow-wrap:anywhere;\
        white-space:pre-wrap}
        .pairs{margin:0;background:var(--surface);border:1px solid var(--line);border-radius:10px;\
        overflow:hidden}
        .pairs div{display:grid;grid-template-columns:minmax(9rem,19rem) 1fr;gap:.2rem 1.2rem;\
        padding:.55rem .9rem;border-top:1px solid var(--line)}
        .pairs div:first-child{border-top:0}
        .pairs dt{font-size:.87rem}
        .pairs dd{margin:0;white-space:pre-wrap;unicode-bidi:isolate}

        """

    private static let tables = """
        table{width:100%;border-collapse:separate;border-spacing:0;background:var(--surface);\
        border:1px solid var(--line);border-radius:10px;overflow:hidden}
        th,td{padding:.6rem .9rem;text-align:left;vertical-align:baseline;font-weight:400}
        th.number,td.number{text-align:right}
        tbody th,tbody td{border-top:1px solid var(--line)}
        tbody tr:hover{background:var(--well)}
        .lead>a{font-weight:550}
        td.number,.digest,.when{white-space:nowrap}
        td .tags,th .tags{min-width:0}
        td.tags{display:table-cell}
        td.tags .tag{margin:.1rem 0}
        .digest{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",\
        "Liberation Mono",monospace;font-size:.87em}
        .pull{display:block;margin-top:.3rem;color:var(--muted);font-size:.78rem}
        .platforms span{display:block;min-width:8em;overflow-wrap:anywhere}

        """

    private static let layers = """
        .stack{display:block;width:100%;height:14px;border-radius:4px;background:var(--line)}
        .stack rect{stroke:var(--bg);stroke-width:1.5px}
        rect.own{fill:var(--own)}
        rect.shared{fill:var(--shared)}
        .legend{display:flex;flex-wrap:wrap;gap:.2rem 1.4rem;margin:.5rem 0 1rem;font-size:.87rem;\
        color:var(--muted)}
        .legend span::before{content:"";display:inline-block;width:.7rem;height:.7rem;\
        margin-right:.45rem;border-radius:3px;background:var(--own)}
        .legend .shared::before{background:var(--shared)}
        .share{display:block;width:100%;height:6px;border-radius:3px;background:var(--line)}
        .part{width:9rem;vertical-align:middle}
        .position{width:3rem;color:var(--muted)}
        .position span{display:none}

        """

    private static let narrow = """
        @media (max-width:700px){
        main{padding-block:1.3rem}
        h1{font-size:1.35rem}
        .facts{gap:.8rem 1.8rem}
        .empty{padding:1.3rem}
        .cards,.cards tbody,.cards tr,.cards th,.cards td{display:block}
        .cards{background:none;border:0;border-radius:0;overflow:visible}
        .cards thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
        .cards tr{display:grid;grid-template-columns:repeat(3,auto) 1fr;gap:.55rem 1.7rem;\
        background:var(--surface);border:1px solid var(--line);border-radius:10px;\
        padding:.8rem .95rem;margin:0 0 .8rem}
        .cards tbody th,.cards tbody td{grid-column:1/-1;border:0;padding:0;min-width:0;\
        width:auto;text-align:left;white-space:normal}
        .cards tbody td.number{grid-column:auto;white-space:nowrap}
        .cards td[data-label]::before{content:attr(data-label);display:block;\
        color:var(--muted);font-size:.78rem}
        .cards .platforms span{display:inline-block;min-width:0;margin-right:.8rem}
        .cards td.number+td.part{align-self:end;grid-column:2/-1;padding-bottom:.5rem}
        .position span{display:inline}
        .cards .tag{font-size:.8rem}
        .filter input{flex:1 1 8rem}
        .filter label{flex-basis:100%}
        .pager a{padding:.6rem 0}
        .pairs div{grid-template-columns:1fr}
        }

        """
}
