/// How the report looks, in light and in the dark.
enum ReportStyle {
    static let text = """
        :root{color-scheme:light dark;--back:#fff;--text:#1c2024;--faint:#5f6b76;--line:#d9dee3;
        --kept:#2f6fb0;--goes:#c2571a;--soft:#f4f6f8}
        @media(prefers-color-scheme:dark){:root{--back:#14181c;--text:#e4e8ec;--faint:#98a4af;
        --line:#333c45;--kept:#6aa9e6;--goes:#f0955a;--soft:#1d2329}}
        *{box-sizing:border-box}
        body{margin:0;background:var(--back);color:var(--text);font:15px/1.5 system-ui,sans-serif}
        main{max-width:1040px;margin:0 auto;padding:24px 20px 80px}
        h1{margin:0;font-size:26px}h2{margin:44px 0 4px;font-size:20px;overflow-wrap:anywhere}
        h3{margin:28px 0 6px;font-size:16px}p{margin:6px 0}
        code{font:13px ui-monospace,monospace}.faint{color:var(--faint);overflow-wrap:anywhere}
        .cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:18px 0}
        .card{border:1px solid var(--line);border-left:4px solid;border-radius:6px;padding:10px 14px}
        .card b{display:block;font-size:22px}.card span{color:var(--faint)}
        .card.goes{border-left-color:var(--goes)}.card.kept{border-left-color:var(--kept)}
        .warning,.note{border-left:4px solid var(--goes);background:var(--soft);padding:8px 12px}
        .note{border-left-color:var(--faint)}
        .legend{color:var(--faint);font-size:13px}.legend i{display:inline-block;width:12px;height:12px;
        border-radius:2px;margin:0 3px -1px 8px}.legend i:first-child{margin-left:0}
        i.kept{background:var(--kept)}i.goes{background:var(--goes)}i.all{background:var(--faint)}
        .picture{overflow-x:auto}
        svg{display:block;width:100%;min-width:600px;max-width:860px;height:auto;font:12px system-ui,sans-serif}
        svg text{fill:var(--text)}svg text.faint{fill:var(--faint)}
        rect.kept{fill:var(--kept)}rect.goes{fill:var(--goes)}
        .grid{stroke:var(--line)}.area{fill:var(--faint);opacity:.12}
        polyline{fill:none;stroke-width:2}.all{stroke:var(--faint)}.stays{stroke:var(--kept)}
        .edge{stroke:var(--faint);stroke-width:1.5}
        .node rect{fill:var(--soft);stroke-width:2}.node.kept rect{stroke:var(--kept)}
        .node.goes rect{stroke:var(--goes)}
        input{width:100%;padding:9px 12px;font:inherit;color:inherit;background:var(--soft);
        border:1px solid var(--line);border-radius:6px}
        .table{overflow-x:auto;max-height:70vh;overflow-y:auto;border:1px solid var(--line);border-radius:6px}
        table{width:100%;min-width:720px;border-collapse:collapse;font-size:13px}
        th{position:sticky;top:0;background:var(--soft);text-align:left;font-weight:600}
        th,td{padding:5px 10px;border-bottom:1px solid var(--line);vertical-align:top}
        td:nth-child(2){overflow-wrap:anywhere}.size{white-space:nowrap;text-align:right}
        td:nth-child(3){white-space:nowrap}
        details{margin:6px 0}summary{cursor:pointer;padding:4px 0}
        .choosable tr[data-digest],.choosable .node{cursor:pointer}[hidden]{display:none!important}
        @media print{.table{max-height:none}}
        """
}

/// What the report does where script runs: search, and the graph of another digest.
enum ReportScript {
    static let text = """
        (()=>{"use strict";
        document.documentElement.classList.add("choosable");
        for(const e of document.querySelectorAll(".script"))e.hidden=false;
        const search=document.getElementById("search");search.hidden=false;
        const found=document.getElementById("found");
        const rows=[...document.querySelectorAll("tr[data-digest]")];
        const texts=rows.map(r=>(r.dataset.digest+" "+r.textContent).toLowerCase());
        search.addEventListener("input",()=>{
         const words=search.value.toLowerCase().split(/\\s+/).filter(Boolean);
         rows.forEach((r,i)=>{r.hidden=!words.every(w=>texts[i].includes(w))});
         found.textContent=words.length?rows.filter(r=>!r.hidden).length+" of "+rows.length+" digests":"";
         for(const d of document.querySelectorAll("details"))
          d.open=words.length>0&&d.querySelector("tr[data-digest]:not([hidden])")!==null;
        });
        const make=(name,values,text)=>{
         const e=document.createElementNS("http://www.w3.org/2000/svg",name);
         for(const k in values)e.setAttribute(k,values[k]);
         if(text!==undefined)e.textContent=text;return e};
        const data={};
        const nodes=n=>data[n]??=JSON.parse(document.getElementById("nodes-"+n).textContent);
        const draw=(number,center)=>{
         const all=nodes(number),me=all[center],place=document.getElementById("graph-"+number);
         const left=[],referrers=[];
         all.forEach((n,i)=>{if(n.children.includes(center))left.push(i);
          if(n.subject===center)referrers.push(i)});
         const right=[...me.children,...(me.subject===undefined?[]:[me.subject]),...referrers];
         left.length=Math.min(left.length,8);right.length=Math.min(right.length,8);
         const height=Math.max(1,left.length,right.length)*46+10,middle=height/2;
         const svg=make("svg",{viewBox:"0 0 720 "+height,role:"img","aria-label":"What one digest is tied to"});
         const y=(i,count)=>middle+(i-(count-1)/2)*46;
         const edge=(x1,y1,x2,y2)=>svg.append(make("line",{class:"edge",x1,y1,x2,y2}));
         left.forEach((_,i)=>edge(210,y(i,left.length),260,middle));
         right.forEach((_,i)=>edge(460,middle,510,y(i,right.length)));
         const box=(i,x,y)=>{const n=all[i],g=make("g",{class:(n.goes?"goes":"kept")+" node","data-node":i});
          const label=n.label.length>24?n.label.slice(0,23)+"…":n.label;
          g.append(make("rect",{x,y:y-18,width:200,height:36,rx:5}),
           make("text",{x:x+10,y:y-3},label),
           make("text",{class:"faint",x:x+10,y:y+12},n.digest.split(":")[1].slice(0,12)),
           make("title",{},n.digest));svg.append(g)};
         left.forEach((n,i)=>box(n,10,y(i,left.length)));box(center,260,middle);
         right.forEach((n,i)=>box(n,510,y(i,right.length)));
         place.replaceChildren(svg)};
        document.addEventListener("click",event=>{
         const node=event.target.closest("[data-node]");
         if(node){draw(node.closest(".graph").id.slice(6),+node.dataset.node);return}
         const row=event.target.closest("tr[data-digest]");
         if(!row)return;const number=row.dataset.graph;
         draw(number,nodes(number).findIndex(n=>n.digest===row.dataset.digest));
         document.getElementById("graph-"+number).scrollIntoView({block:"center",behavior:"smooth"})});
        })();
        """
}
