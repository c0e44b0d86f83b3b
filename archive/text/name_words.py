"""Word lists for reading names: titles, words that make an organisation, joiners, calendar words and places."""

from __future__ import annotations

from archive.text.word_lists import words

FUNCTION_WORDS = words(
    """the a an and or but nor so yet if when while as at by for from in into of off on onto out over to up with within
    without after before since until during despite although though because whether he she it they we i you his her
    its their our my your this that these those there here what which who whom whose where why how not no all any
    both each few many more most much some such one two three four five six seven eight nine ten is are was were be
    been being has have had do does did will would can could may might must shall should let also then than too very
    just only even still again once however meanwhile moreover according earlier later now today yesterday tomorrow
    another other others several read more photo source details updated via per asked yes well oh ok der die das ein
    eine und oder aber nach vor mit von zu im am el la los las un una y o pero en con de del que se le les une et ou
    mais dans avec du des ce cette il elle ils в на и но по из за от что как он она они это для при с та або але про
    що як він вона вони це"""
)

JOINERS = words("of the and for de la le du des del dos da van von der den al el bin ibn y e di & y und et")
JOINERS = JOINERS - frozenset({"and", "the", "for"}) | frozenset({"of", "&"})

PERSON_TITLES = words(
    """mr mrs ms miss dr prof professor sir dame lord lady sen senator rep representative gov governor president
    premier chancellor minister secretary spokesman spokeswoman spokesperson judge justice sheriff chief mayor
    ambassador king queen prince princess pope bishop archbishop cardinal rabbi imam rev reverend father sister
    colonel col general gen captain capt major maj lieutenant lt sergeant sgt officer detective inspector
    commissioner director chairman chairwoman chairperson chair ceo founder analyst economist coach attorney lawyer
    prosecutor congressman congresswoman deputy vice councilman councilwoman councillor envoy aide herr frau señor
    señora monsieur madame президент министр господин"""
)

ORGANISATION_WORDS = words(
    """department ministry agency office bureau council committee commission court police university college school
    institute institution association society union federation foundation fund bank company corporation corp inc ltd
    llc plc group holdings party congress senate parliament house government administration authority board service
    services center centre hospital clinic church force forces army navy guard patrol command embassy team league
    club network alliance coalition organization organisation nations treasury kremlin pentagon nato who unicef
    unesco opec campaign project program initiative labs laboratory museum exchange trust airlines airways motors
    industries partners systems министерство комитет правительство совет суд университет банк партия полиция служба
    управление ministerio ministère ministerium gobierno gouvernement regierung polizei policía universidad
    université universität banco banque partido parti partei"""
)

_MONTHS = "January February March April May June July August September October November December"
CALENDAR = frozenset(
    (
        _MONTHS
        + " Jan Feb Mar Apr Jun Jul Aug Sep Sept Oct Nov Dec Monday Tuesday Wednesday Thursday Friday Saturday Sunday "
        "Mon Tue Wed Thu Fri Sat Sun"
    ).split()
)

PLACES = frozenset(
    line.strip()
    for line in """
    Afghanistan|Albania|Algeria|Andorra|Angola|Argentina|Armenia|Australia|Austria|Azerbaijan|Bahamas|Bahrain|
    Bangladesh|Barbados|Belarus|Belgium|Belize|Benin|Bhutan|Bolivia|Bosnia|Botswana|Brazil|Brunei|Bulgaria|
    Burkina Faso|Burundi|Cambodia|Cameroon|Canada|Cape Verde|Chad|Chile|China|Colombia|Comoros|Congo|Costa Rica|
    Croatia|Cuba|Cyprus|Czech Republic|Czechia|Denmark|Djibouti|Dominica|Dominican Republic|East Timor|Ecuador|
    Egypt|El Salvador|Eritrea|Estonia|Eswatini|Ethiopia|Fiji|Finland|France|Gabon|Gambia|Georgia|Germany|Ghana|
    Greece|Grenada|Guatemala|Guinea|Guyana|Haiti|Honduras|Hong Kong|Hungary|Iceland|India|Indonesia|Iran|Iraq|
    Ireland|Israel|Italy|Ivory Coast|Jamaica|Japan|Jordan|Kazakhstan|Kenya|Kiribati|Kosovo|Kuwait|Kyrgyzstan|
    Laos|Latvia|Lebanon|Lesotho|Liberia|Libya|Liechtenstein|Lithuania|Luxembourg|Madagascar|Malawi|Malaysia|
    Maldives|Mali|Malta|Mauritania|Mauritius|Mexico|Moldova|Monaco|Mongolia|Montenegro|Morocco|Mozambique|
    Myanmar|Namibia|Nauru|Nepal|Netherlands|New Zealand|Nicaragua|Niger|Nigeria|North Korea|North Macedonia|
    Norway|Oman|Pakistan|Palau|Palestine|Panama|Papua New Guinea|Paraguay|Peru|Philippines|Poland|Portugal|
    Puerto Rico|Qatar|Romania|Russia|Russian Federation|Rwanda|Samoa|San Marino|Saudi Arabia|Senegal|Serbia|
    Seychelles|Sierra Leone|Singapore|Slovakia|Slovenia|Somalia|South Africa|South Korea|South Sudan|Spain|
    Sri Lanka|Sudan|Suriname|Sweden|Switzerland|Syria|Taiwan|Tajikistan|Tanzania|Thailand|Tibet|Togo|Tonga|
    Tunisia|Turkey|Türkiye|Turkmenistan|Uganda|Ukraine|United Arab Emirates|UAE|United Kingdom|UK|Britain|
    Great Britain|England|Scotland|Wales|Northern Ireland|United States|United States of America|US|USA|U.S|
    Uruguay|Uzbekistan|Vanuatu|Venezuela|Vietnam|Yemen|Zambia|Zimbabwe|Africa|America|Asia|Europe|Latin America|
    Middle East|North America|South America|Antarctica|Crimea|Gaza|Gaza Strip|West Bank|Kashmir|Donbas|Siberia|
    Balkans|Caribbean|Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Florida|Hawaii|
    Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|
    Mississippi|Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|
    North Dakota|Ohio|Oklahoma|Oregon|Pennsylvania|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|
    Utah|Vermont|Virginia|Wisconsin|Wyoming|Ontario|Quebec|Bavaria|Catalonia|London|Paris|Berlin|Madrid|Rome|
    Moscow|Kyiv|Kiev|Beijing|Shanghai|Guangzhou|Tokyo|Seoul|Delhi|New Delhi|Mumbai|Washington|New York City|
    Chicago|Los Angeles|San Francisco|Houston|Dallas|Boston|Philadelphia|Miami|Atlanta|Detroit|Seattle|Denver|
    Phoenix|Baltimore|Toronto|Ottawa|Montreal|Vancouver|Mexico City|Brussels|Geneva|Vienna|Munich|Hamburg|
    Frankfurt|Warsaw|Prague|Budapest|Athens|Istanbul|Ankara|Cairo|Tehran|Baghdad|Damascus|Beirut|Jerusalem|
    Tel Aviv|Riyadh|Dubai|Doha|Kabul|Islamabad|Karachi|Dhaka|Bangkok|Hanoi|Jakarta|Manila|Sydney|Melbourne|
    Nairobi|Lagos|Johannesburg|Cape Town|São Paulo|Buenos Aires|Bogotá|Lima|Caracas|Havana|Dublin|Edinburgh|
    Manchester|Birmingham|Stockholm|Oslo|Copenhagen|Helsinki|Lisbon|Amsterdam|The Hague|Россия|Украина|Китай|
    США|Москва|Киев|Київ|Україна|Росія|Европа|Deutschland|Frankreich|Russland|España|Francia|Alemania|
    Estados Unidos|Allemagne|États-Unis|Royaume-Uni""".replace("\n", "").split("|")
)
