/// A finding on the night's page: what there is to read in the morning.
enum FindingCard {
  static let text = """
    <li>
    <article class="card{{^thumbnail}} plain{{/thumbnail}}">
    <div>
    <ul class="tags">
    <li class="tag {{statusClass}}"><span aria-hidden="true">{{statusSign}}</span> {{statusWord}}</li>
    <li class="tag">{{severity}}</li>
    </ul>
    <h3><a href="{{page}}">{{rule}}: {{failure}}</a></h3>
    <p>Broken is the promise that {{promise}}.</p>
    <dl class="facts small">
    {{#titles}}
    <dt>Found</dt><dd>{{.}}</dd>
    {{/titles}}
    <dt>Target</dt><dd>{{target}}</dd>
    {{#remarks}}
    <dt>Status</dt><dd>{{.}}</dd>
    {{/remarks}}
    {{#shapes}}
    <dt>Smallest case</dt><dd><code>{{.}}</code></dd>
    {{/shapes}}
    {{#seedTexts}}
    <dt>Seeds</dt><dd>{{.}}</dd>
    {{/seedTexts}}
    </dl>
    </div>
    {{#thumbnail}}
    <a class="thumb{{#isFlat}} flat{{/isFlat}}" href="{{page}}"><img src="{{source}}" alt="{{words}}"></a>
    {{/thumbnail}}
    </article>
    </li>

    """
}
