"""Word lists for reading who says what: verbs of telling, and words that end a noun phrase."""

from __future__ import annotations

from archive.text.word_lists import words

# Finite forms that introduce what somebody said.
TELLING = words(
    """said says say wrote writes write reported reports report noted notes note announced announces argued argues
    argue explained explains acknowledged acknowledges claimed claims claim stated states warned warns warn declared
    declares insisted insists insist recalled recalls concluded concludes responded responds replied replies tweeted
    tweets admitted admits confirmed confirms confirm revealed reveals reveal stressed stresses emphasized
    emphasizes emphasised indicated indicates indicate observed observes predicted predicts predict promised
    promises pledged pledges vowed vows quipped joked joked complained complains lamented boasted shouted testified
    testifies estimated estimates estimate alleged alleges allege maintained maintains maintain contended contends
    contend asserted asserts remarked commented countered conceded concedes cautioned cautions disclosed quoted
    quotes cited cites added adds add continued continues suggested suggests suggest asked asks denied denies told
    tells tell showed shows show found finds find mentioned mused opined exclaimed yelled whispered texted emailed
    blogged reiterated repeated underscored assured assures published publishes posted broke proposed proposes
    declined refused answered thundered screamed recounted ventured interjected offered intoned deadpanned chimed
    theorized speculated speculates reasoned urged urges advised advises clarified figured guessed hinted implied
    implies inferred intimated swore swears thought thinks think believed believes believe knew feels felt feel
    hopes hoped hope fears feared expects expected worried worries reads read summarized detailed outlined
    highlighted pointed points laughed shrugged sighed snapped barked speaking insists remembers remembered marveled
    marvelled gushed fumed railed groused gripes griped raged issued proclaimed heralded touted teased ruled
    determined"""
)
# Forms that judge or name rather than tell; they introduce quoted words but no statement.
NAMING = words(
    """called calls call described describes describe criticized criticizes criticised accused accuses praised praises
    blasted blasts slammed slams denounced denounces dismissed dismisses labeled labels labelled dubbed dubs branded
    brands mocked mocks ridiculed attacked attacks defended defends blamed blames wants wanted want sees saw see
    considers considered views viewed characterized characterizes derided decried condemned condemns hailed hails
    lauded lauded touts referred refers refer likened compared rejected rejects demanded demands discussed discusses
    proposed supports supported opposes opposed endorsed appeared appears seemed seems made makes gave gives used
    uses use promised raised raises tore bragged vows spoke speaks talked talks joked agreed agrees disagreed
    questioned questions apologized apologised cheered chanted sang signed welcomed thanked thanks challenged
    invoked invokes"""
)
TELLING_ING = words(
    """saying adding telling writing noting arguing claiming calling suggesting explaining insisting warning stating
    declaring asking announcing describing referring tweeting acknowledging stressing accusing concluding predicting
    promising replying responding emphasizing emphasising pointing reporting citing quoting recalling joking vowing
    pledging alleging labeling dubbing criticizing urging admitting contending asserting remarking shouting
    denouncing blasting slamming mocking chanting yelling quipping reading"""
)
# Verbs that may stand before their subject: "..., said the mayor".
INVERTING = words(
    """said says say wrote writes added adds explained explains asked asks noted notes tweeted tweets replied replies
    reports reported warned warns argued argues recalled recalls continued continues insisted insists concluded
    concludes claimed claims joked quipped declared declares responded responds observed observes stated states
    commented remarked confirmed announced acknowledged read reads complained lamented predicted exclaimed admitted"""
)
ADDRESSING = words("told tells telling informed informs assured advised")
BE = words("is are was were be been being am 's 're gets get got become becomes")
AUXILIARY = words(
    """has have had having also later then just once recently repeatedly reportedly previously would will did does do
    could should might may must can not never always often sometimes even still already now again first soon simply
    n't didn't doesn't don't further thus subsequently both all famously ever himself herself themselves itself
    today yesterday tonight instead rather once initially eventually finally recently immediately reportedly
    allegedly 've 'd 'll"""
)
# Words that a noun phrase in front of its verb can't reach across.
STOPS_LEFT = words(
    """that which who whom whose because if when while as so what how why where although though than after before since
    until whether but or nor once unless whenever wherever like said says is are was were be been has had will would
    can could should may might must do does did don't it's he's she's i'm they're we're that's there's"""
)
STOPS_RIGHT = words(
    """who whom whose which that when while during after before as because if although though since until in on about
    following outside via where so but or told said says will would is are was were has have had via by amid to
    whether using calling adding saying noting referring arguing describing citing speaking during early late ago
    last this earlier later again yesterday today tomorrow tonight at with into back then once not just only even
    and"""
)
STOPS_RIGHT_LONG = words(
    """who whom whose which that when while during after as because if although though since until where so but will
    would is are was were has have had whether said says told"""
)
DAYS = words(
    """monday tuesday wednesday thursday friday saturday sunday mon tue wed thu fri sat sun january february march
    april may june july august september october november december jan. feb. aug. sept. oct. nov. dec. jan feb aug
    sept oct nov dec morning afternoon evening night week month year yesterday today tomorrow earlier later"""
)
PREPOSITIONS = words(
    """in on at by for from with during after before since until over under about against between through into of to
    following despite amid according without within across around near inside outside per via upon unlike as"""
)
PRONOUNS = words(
    "he she they it i we you who someone everyone nobody one some many others both er sie ella él il elle он она они"
)
DETERMINERS = words(
    """the a an his her their its our my this that these those one two three four five several some many another
    both each every most few other no any"""
)

NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "eleven": 11, "twelve": 12, "dozen": 12, "ein": 1, "eine": 1, "zwei": 2, "drei": 3, "vier": 4, "fünf": 5,
    "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "двое": 2, "два": 2,
    "двух": 2, "трое": 3, "три": 3, "трех": 3, "трёх": 3, "четырех": 4, "троє": 3, "двоє": 2, "трьох": 3, "двох": 2,
}  # fmt: skip

# Verbs of the mind: beside a verb of telling they only say what was told.
MENTAL = words(
    """thinks think thought believes believe believed hopes hope hoped expects expected fears feared feels felt feel
    knew estimates figured guessed worries worried wants wanted want sees saw see considers considered seemed seems
    appeared appears find finds found"""
)
