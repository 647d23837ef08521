/// The page of one manifest.
enum ImageTemplate {
    static let text = """
        {{<layout}}{{$content}}
        <nav class="crumbs" aria-label="Breadcrumb"><ol><li><a href="/">Repositories</a></li>\
        <li><a href="{{repositoryPath}}">{{repository}}</a></li>\
        <li aria-current="page">{{shortDigest}}</li></ol></nav>
        <h1 class="name">{{repository}}<span class="at">@{{shortDigest}}</span></h1>
        <p class="tags">{{#tags}}<code class="tag">{{.}}</code> {{/tags}}\
        {{#moreTags}}<span class="note">{{.}}</span>{{/moreTags}}\
        {{^tags}}<span class="note">no tag</span>{{/tags}}</p>
        <pre class="copy"><code>{{pull}}</code></pre>
        <dl class="facts">
        <div><dt>Size</dt><dd class="number">{{size}}</dd></div>
        {{#platform}}<div><dt>Platform</dt><dd>{{.}}</dd></div>{{/platform}}
        {{#pushed}}<div><dt>Pushed</dt><dd>{{>moment}}</dd></div>{{/pushed}}
        </dl>
        <dl class="pairs">
        <div><dt>Digest</dt><dd><code class="all">{{fullDigest}}</code></dd></div>
        <div><dt>Media type</dt><dd><code>{{mediaType}}</code></dd></div>
        {{#artifactType}}<div><dt>Artifact type</dt><dd><code>{{.}}</code></dd></div>{{/artifactType}}
        {{#revision}}<div><dt>Revision</dt><dd><code class="all">{{.}}</code></dd></div>{{/revision}}
        {{#source}}<div><dt>Source</dt><dd>\
        {{#link}}<a href="{{.}}" rel="noopener noreferrer nofollow">{{.}}</a>{{/link}}\
        {{#plain}}{{.}}{{/plain}}</dd></div>{{/source}}
        {{#inIndexes}}<div><dt>Part of</dt><dd class="links">\
        {{#indexes}}<a href="{{path}}" title="{{digest}}">{{label}}</a> {{/indexes}}\
        {{#moreIndexes}}<span class="note">{{.}}</span>{{/moreIndexes}}</dd></div>{{/inIndexes}}
        </dl>
        {{>children}}
        {{>layers}}
        {{>settings}}
        {{>referrers}}
        {{/content}}{{/layout}}
        """

    /// The manifests of an index.
    static let children = """
        {{#hasChildren}}
        <section aria-labelledby="platforms">
        <h2 id="platforms">Platforms</h2>
        <table class="cards">
        <thead><tr><th scope="col">Platform</th><th scope="col">Digest</th>\
        <th scope="col" class="number">Size</th></tr></thead>
        <tbody>
        {{#children}}
        <tr><th scope="row" class="lead">{{label}}</th>
        <td data-label="Digest"><a class="digest" href="{{path}}" title="{{digest}}">{{shortChild}}</a></td>
        <td data-label="Size" class="number">{{childSize}}</td></tr>
        {{/children}}
        </tbody>
        </table>
        {{#moreChildren}}<p class="note">{{.}}</p>{{/moreChildren}}
        </section>
        {{/hasChildren}}

        """

    /// The layers, with a bar of their shares.
    static let layers = """
        {{#hasLayers}}
        <section aria-labelledby="layers">
        <h2 id="layers">Layers</h2>
        <svg class="stack" aria-hidden="true" focusable="false">\
        {{#slices}}<rect class="{{kind}}" x="{{start}}%" width="{{share}}%" height="100%"/>{{/slices}}</svg>
        <p class="legend"><span class="own">{{ownSize}} only in this image</span> \
        <span class="shared">{{sharedSize}} shared with others</span></p>
        <table class="cards layers">
        <thead><tr><th scope="col" class="number">#</th><th scope="col">Digest</th>\
        <th scope="col">Shared with</th><th scope="col" class="number">Size</th>\
        <th scope="col"><span class="hidden">Share of the image</span></th></tr></thead>
        <tbody>
        {{#layers}}
        <tr>
        <th scope="row" class="number position"><span>Layer </span>{{position}}</th>
        <td data-label="Digest"><code class="digest" title="{{digest}}&#10;{{layerType}}">{{shortLayer}}</code></td>
        <td data-label="Shared with" class="links">{{#neighbours}}<a href="{{path}}" title="{{digest}}">{{label}}</a> {{/neighbours}}\
        {{#moreNeighbours}}<span class="note">{{.}}</span>{{/moreNeighbours}}\
        {{^neighbours}}<span class="note">only here</span>{{/neighbours}}</td>
        <td data-label="Size" class="number">{{layerSize}}</td>
        <td class="part"><svg class="share" aria-hidden="true" focusable="false">\
        <rect class="{{kind}}" width="{{share}}%" height="100%"/></svg></td>
        </tr>
        {{/layers}}
        </tbody>
        </table>
        {{#moreLayers}}<p class="note">{{.}}</p>{{/moreLayers}}
        </section>
        {{/hasLayers}}

        """

    /// An image's configuration, labels and annotations.
    static let settings = """
        {{#settings}}
        <section aria-labelledby="configuration">
        <h2 id="configuration">Configuration</h2>
        <dl class="pairs">
        {{#created}}<div><dt>Created</dt><dd>{{.}}</dd></div>{{/created}}
        <div><dt>Entrypoint</dt><dd class="words">{{#entrypoint}}<code>{{.}}</code> {{/entrypoint}}\
        {{^entrypoint}}<span class="note">none</span>{{/entrypoint}}</dd></div>
        <div><dt>Command</dt><dd class="words">{{#command}}<code>{{.}}</code> {{/command}}\
        {{^command}}<span class="note">none</span>{{/command}}</dd></div>
        </dl>
        </section>
        {{/settings}}
        {{#pairLists}}
        <section aria-labelledby="{{id}}">
        <h2 id="{{id}}">{{heading}}</h2>
        <dl class="pairs">
        {{#pairs}}<div><dt>{{key}}</dt><dd>{{value}}</dd></div>
        {{/pairs}}
        </dl>
        {{#morePairs}}<p class="note">{{.}}</p>{{/morePairs}}
        </section>
        {{/pairLists}}

        """

    /// What refers to the image.
    static let referrers = """
        {{#hasReferrers}}
        <section aria-labelledby="referrers">
        <h2 id="referrers">Signatures and attestations</h2>
        <table class="cards">
        <thead><tr><th scope="col">Type</th><th scope="col">Digest</th>\
        <th scope="col" class="number">Size</th></tr></thead>
        <tbody>
        {{#referrers}}
        <tr><th scope="row" class="lead">{{label}}</th>
        <td data-label="Digest"><a class="digest" href="{{path}}" title="{{digest}}">{{shortChild}}</a></td>
        <td data-label="Size" class="number">{{childSize}}</td></tr>
        {{/referrers}}
        </tbody>
        </table>
        {{#moreReferrers}}<p class="note">{{.}}</p>{{/moreReferrers}}
        </section>
        {{/hasReferrers}}

        """
}
