/// The picture of the nights: how many seeds, and what was new, known and gone.
///
/// What differs in colour differs in a sign as well: a cross is new, a stroke is gone.
enum TrendTemplate {
  static let text = """
    <figure>
    <div class="trend" tabindex="0" role="group" aria-label="Picture of the nights">
    <svg viewBox="0 0 {{width}} {{height}}" role="img" aria-labelledby="trend-title trend-words">
    <title id="trend-title">{{trendTitle}}</title>
    <desc id="trend-words">{{trendWords}}</desc>
    <text class="strong" x="0" y="14">Seeds</text>
    <text class="soft" x="0" y="32">{{largestSeeds}}</text>
    <line class="axis" x1="0" x2="{{width}}" y1="{{seedFloor}}" y2="{{seedFloor}}"/>
    <text class="strong" x="0" y="{{findingHead}}">Findings</text>
    <line class="axis" x1="0" x2="{{width}}" y1="{{findingFloor}}" y2="{{findingFloor}}"/>
    {{#bars}}
    <rect class="{{kind}}" x="{{x}}" y="{{y}}" width="{{barWidth}}" height="{{barHeight}}" rx="2"><title>{{words}}</title></rect>
    {{#marks}}
    <path class="mark" d="{{.}}"/>
    {{/marks}}
    {{/bars}}
    {{#labels}}
    <text x="{{x}}" y="{{y}}" text-anchor="middle" class="{{kind}}">{{words}}</text>
    {{/labels}}
    {{#legend}}
    <rect class="{{kind}}" x="{{x}}" y="{{y}}" width="14" height="14" rx="2"/>
    {{#marks}}
    <path class="mark" d="{{.}}"/>
    {{/marks}}
    <text x="{{wordsX}}" y="{{wordsY}}">{{words}}</text>
    {{/legend}}
    </svg>
    </div>
    <figcaption>{{trendWords}}</figcaption>
    </figure>

    """
}
