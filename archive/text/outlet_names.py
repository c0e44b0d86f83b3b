"""Promises to recognize the names of news organisations: widely known ones by name, others by how such names are built.

The list is general knowledge about who publishes news in the world; what an archive itself knows (outlets and their
aliases) is handed in by the caller and always wins.
"""

from __future__ import annotations

import re
from functools import lru_cache

from archive.text.keys import name_key

# One organisation a line: the name it is known by, then short forms and other spellings.
_KNOWN = """
Financial Times=FT|FT.com|Файнэншл таймс
The New York Times=New York Times|NYT|NY Times|Times of New York
The Wall Street Journal=Wall Street Journal|WSJ
The Washington Post=Washington Post|WaPo
Los Angeles Times=LA Times|L.A. Times
USA Today
The Boston Globe=Boston Globe
Chicago Tribune
The Dallas Morning News=Dallas Morning News
The Des Moines Register=Des Moines Register
The Denver Post=Denver Post
Miami Herald
San Francisco Chronicle
The Arizona Republic=Arizona Republic
The Philadelphia Inquirer=Philadelphia Inquirer
Houston Chronicle
The Seattle Times=Seattle Times
The Detroit News=Detroit News
Detroit Free Press
Tampa Bay Times
Star Tribune
The Atlanta Journal-Constitution=Atlanta Journal-Constitution|AJC
The Oregonian
The Sacramento Bee=Sacramento Bee
New York Post=NY Post
New York Daily News|NY Daily News
New York Magazine
Newsday
The Baltimore Sun=Baltimore Sun
Union Leader
The Christian Science Monitor=Christian Science Monitor
The Associated Press=Associated Press|AP|A.P.
Reuters=Thomson Reuters|Рейтер|Рейтерс|رويترز
Agence France-Presse=AFP|Agence France Presse|АФП|فرانس برس
Bloomberg=Bloomberg News|Bloomberg Politics|Bloomberg Businessweek|Блумберг|بلومبرغ
United Press International=UPI
Press Association=PA Media
Deutsche Presse-Agentur=dpa
Agencia EFE=EFE
ANSA
Kyodo News=Kyodo
Yonhap News Agency=Yonhap
Xinhua=Xinhua News Agency|Синьхуа
TASS=TASS news agency|ТАСС|ITAR-TASS
RIA Novosti=РИА Новости|Ria Novosti
Interfax=Интерфакс
Interfax-Ukraine=Интерфакс-Украина
Ukrinform=Укринформ|Укрінформ
UNIAN=УНИАН|УНІАН
Ukrainska Pravda=Украинская правда|Українська правда|Ukrayinska Pravda
European Pravda=Европейская правда|Європейська правда
Kyiv Independent|The Kyiv Independent
Kyiv Post
URA-Inform=Ура-Информ
RBC-Ukraine=РБК-Украина|РБК-Україна
RBC=РБК
Kommersant=Коммерсантъ|Коммерсант
Vedomosti=Ведомости
Izvestia=Известия
Meduza=Медуза
Novaya Gazeta=Новая газета
The Moscow Times=Moscow Times
Suspilne=Суспільне
Anadolu Agency=Anadolu|الأناضول
Press Trust of India=PTI
Asian News International=ANI
Belga|Ritzau|APA|PAP|Tanjug|BELTA|KCNA|SANA|WAFA|MENA|IRNA|Fars News Agency|Tasnim|Saudi Press Agency|Antara|Bernama
BBC=BBC News|British Broadcasting Corporation|Би-би-си|بي بي سي
ITV=ITV News
Sky News
Channel 4 News
CNN=CNN International|CNN.com|CNNMoney|سي إن إن
Fox News=Fox News Channel|FoxNews.com
Fox Business=Fox Business Network
MSNBC
NBC News=NBC|NBCNews.com
CBS News=CBS|CBSNews.com
ABC News=ABC
PBS=PBS NewsHour
NPR=National Public Radio
C-SPAN
CNBC
Univision
Telemundo
Al Jazeera=Al-Jazeera|Аль-Джазира|الجزيرة
Al Arabiya=Al-Arabiya|العربية
Al Mayadeen=Al Mayadeen English|الميادين
RT=Russia Today|RT America
Sputnik=Sputnik News
Deutsche Welle=DW
France 24
Euronews
Radio Free Europe/Radio Liberty=Radio Free Europe|RFE/RL|Радио Свобода
Voice of America=VOA
Radio France Internationale=RFI
NHK
CGTN
CCTV
Global Times
People's Daily
South China Morning Post=SCMP
The Guardian=Guardian
The Observer
The Times of London=Times of London
The Sunday Times=Sunday Times
The Daily Telegraph=Daily Telegraph|The Telegraph
The Independent
Daily Mail=The Daily Mail|MailOnline|Mail Online
Daily Mirror
Daily Express
The Economist=Economist
The Spectator
New Statesman
Evening Standard
The Scotsman
The Irish Times=Irish Times
Private Eye
Der Spiegel=Spiegel|Spiegel Online
Die Zeit
Die Welt
Frankfurter Allgemeine Zeitung=FAZ|F.A.Z.|Frankfurter Allgemeine
Süddeutsche Zeitung=SZ
Bild=Bild-Zeitung|Bild am Sonntag
Handelsblatt
Der Standard
Neue Zürcher Zeitung=NZZ
Die Tageszeitung=taz
ARD=Tagesschau
ZDF
Le Monde
Le Figaro
Libération
Les Échos=Les Echos
Le Parisien
Mediapart
France Inter|France Info|franceinfo|BFMTV
El País=El Pais
El Mundo
La Vanguardia
ABC de Madrid
Clarín
La Nación
Folha de S.Paulo=Folha
O Globo
Corriere della Sera
La Repubblica
La Stampa
Il Sole 24 Ore
De Telegraaf
NRC Handelsblad=NRC
Aftonbladet|Dagens Nyheter|Svenska Dagbladet|Aftenposten|Verdens Gang|Berlingske|Politiken|Helsingin Sanomat
Gazeta Wyborcza
Rzeczpospolita
Hürriyet=Hurriyet
Haaretz
The Jerusalem Post=Jerusalem Post
The Times of Israel=Times of Israel
Yedioth Ahronoth=Ynet
Al-Ahram=Al Ahram|الأهرام
Asharq Al-Awsat=الشرق الأوسط
Dawn
The Hindu
The Times of India=Times of India
Hindustan Times
The Indian Express=Indian Express
NDTV
The Straits Times=Straits Times
Channel NewsAsia=CNA
Bangkok Post
The Japan Times=Japan Times
Asahi Shimbun
Yomiuri Shimbun
Nikkei=Nikkei Asia
The Korea Herald=Korea Herald
The Sydney Morning Herald=Sydney Morning Herald
The Age
The Australian
Australian Broadcasting Corporation
The Globe and Mail=Globe and Mail
Toronto Star
National Post
CBC=CBC News
CTV News
Politico=POLITICO|Politico Europe
Axios
The Hill
Roll Call
BuzzFeed=BuzzFeed News
The Huffington Post=Huffington Post|HuffPost|HuffPost Pollster
The Daily Beast=Daily Beast
The Daily Caller=Daily Caller
Breitbart=Breitbart News|Breitbart News Network
The Intercept
The Blaze
Vox
Slate
Salon
Vice News
Gawker
Mic
Quartz
Business Insider=Insider
Mother Jones
The Atlantic=Atlantic
The New Yorker=New Yorker
The New Republic=New Republic
The Nation
The Weekly Standard=Weekly Standard
National Review=National Review Online
The Washington Examiner=Washington Examiner
The Washington Times=Washington Times
The Washington Free Beacon=Washington Free Beacon|Free Beacon
The Federalist
The Daily Signal
The Daily Wire
The Daily Dot
Independent Journal|Independent Journal Review|IJReview
RealClearPolitics=Real Clear Politics
FiveThirtyEight
ProPublica
McClatchy
Gannett
Tribune News Service
Forbes
Fortune
Barron's
MarketWatch
Time magazine=TIME|Time Magazine
Newsweek
People magazine
Rolling Stone
Vanity Fair
Esquire
GQ
Variety
The Hollywood Reporter=Hollywood Reporter
Deadline
TMZ
Scientific American
Wired
TechCrunch
The Verge
Ars Technica
The Register
Yahoo News
Drudge Report=The Drudge Report
InfoWars
Newsmax
WikiLeaks
Bellingcat
Foreign Policy
Foreign Affairs
The Diplomat
The Conversation
Middle East Eye
The National
Gulf News
Arab News
Daily Sabah
The Mirror
The Sun
Novosti
Nature
The Lancet
"""

# Too ordinary to be taken for an outlet without a word of reporting beside it, or written without their article.
AMBIGUOUS = frozenset(
    name_key(name)
    for name in [
        "Time",
        "Fortune",
        "Nature",
        "Quartz",
        "Variety",
        "Deadline",
        "Slate",
        "Salon",
        "Vox",
        "Mic",
        "Wired",
        "Dawn",
        "Insider",
        "Forbes",
        "APA",
        "PAP",
        "MENA",
        "SANA",
        "ABC",
        "DW",
        "SZ",
        "PA",
        "AP",
        "PTI",
        "ANI",
        "CNA",
        "SANA",
        "RT",
        "Bild",
        "Mirror",
        "Nation",
        "Hill",
        "Sun",
        "Age",
        "National",
        "Diplomat",
        "Register",
        "Verge",
        "Atlantic",
        "Economist",
        "Observer",
        "Independent",
        "Guardian",
        "Spectator",
        "Telegraph",
        "Australian",
        "Conversation",
        "Federalist",
        "Intercept",
        "Blaze",
        "Novosti",
        "Sputnik",
        "Telemundo",
        "Suspilne",
        "TIME",
        "RBC",
        "Folha",
        "Spiegel",
        "Politiken",
    ]
)

_NEWS_WORDS = (
    r"Times|Post|Herald|Tribune|Gazette|Chronicle|Journal|Observer|Courier|Inquirer|Enquirer|Examiner|Dispatch|"
    r"Sentinel|"
    r"Globe|Bee|Register|Telegraph|Telegram|Mirror|Mail|Express|Standard|Star-Tribune|Star-Ledger|Statesman|"
    r"Republican-American|Citizen|Bulletin|Reporter|Review-Journal|Advocate|Argus|Beacon|Banner|Newspapers?|Newswire|"
    r"Weekly|Daily|Pravda|Gazeta|Inform|Zeitung|Tageblatt|Anzeiger|Nachrichten|Rundschau|Kurier|Presse|Diario|"
    r"Periódico|"
    r"Noticias|Jornal|Giornale|Dagblad|Shimbun|Shimbum|Broadcasting|Radio|Television|TV|NewsHour|News|News-Press|"
    r"News-Gazette|News-Leader|Today|Magazine|Democrat-Gazette|Post-Gazette|Post-Dispatch|Plain Dealer|Picayune|"
    r"Intelligencer"
)
_BUILT = re.compile(
    rf"^(?:The\s+)?(?:[\w.’'&-]+\s+){{1,4}}(?:{_NEWS_WORDS})$"
    rf"|^(?:The\s+)?[\w.’'&-]+(?:-Inform|-Inform|inform|-News|-TV|-Radio|News)$"
    rf"|^(?:The\s+)?(?:Daily|Sunday|Evening|Morning|Weekly|Radio|TV|Channel|Gazeta|Diario|Le|La|El|Der|Die|Novaya)\s+"
    rf"(?:\d+|[\w.’'-]+(?:\s+(?:{_NEWS_WORDS}))?)$"
)
_ARTICLE_WORD = re.compile(r"^(?:Le|La|El|Der|Die|Novaya)\s", re.UNICODE)
_CALL_SIGN = re.compile(r"^[KW][A-Z]{2,3}(?:-(?:TV|FM|AM))?$")
_DOMAIN = re.compile(
    r"^(?:www\.)?[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|ru|ua|de|fr|es|it|info|news|tv|uk|eu|pl|io)(?:\.ua|\.br|\.au)?$",
    re.I,
)
_NOT_NEWS = re.compile(
    r"\b(?:Fox|Wall|Hard|New|Old|Difficult|Modern|Ancient|Good|Bad|These|Our|Their)\s+(?:Times|News|Today|"
    r"Post)$",
    re.I,
)


def _load() -> dict[str, str]:
    names: dict[str, str] = {}
    for line in _KNOWN.strip().splitlines():
        name, _, others = line.partition("=")
        for plain in name.split("|"):
            names.setdefault(name_key(plain), plain)
        canonical = name.split("|")[0]
        for other in filter(None, others.split("|")):
            names.setdefault(name_key(other), canonical)
    return names


KNOWN_OUTLETS = _load()


@lru_cache(maxsize=50_000)
def bare(name: str) -> str:
    """Return `name` without a leading article or a trailing possessive, as it is looked up."""
    name = re.sub(r"[’']s?$", "", name.strip())
    return re.sub(r"^(?:[Tt]he|THE)\s+", "", name)


@lru_cache(maxsize=20000)
def known_outlet(name: str) -> str | None:
    """Return the name under which a widely known news organisation goes, or None when `name` is not one of them."""
    for candidate in (name, re.sub(r"[’']s?$", "", name.strip()), bare(name), "The " + bare(name)):
        key = name_key(candidate)
        if key in KNOWN_OUTLETS:
            return KNOWN_OUTLETS[key]
    return None


@lru_cache(maxsize=20000)
def is_ambiguous(name: str) -> bool:
    """Return whether the name is also an ordinary word or another organisation's, so that the context must decide."""
    return name_key(bare(name)) in AMBIGUOUS and not name.strip().startswith("The ")


@lru_cache(maxsize=20000)
def looks_like_outlet(name: str) -> bool:
    """Return whether `name` is built as those of news organisations are ("Northport Gazette", "KXYZ")."""
    plain = re.sub(r"[’']s?$", "", name.strip())
    if known_outlet(plain):
        return True
    if _DOMAIN.match(plain) or _CALL_SIGN.match(plain):
        return True
    if any(
        w[0].islower() and w not in ("of", "the", "de", "la", "del", "and", "y", "et", "und") for w in plain.split()
    ):
        return False
    return (
        bool(_BUILT.match(plain))
        and not _NOT_NEWS.search(plain)
        and not (_ARTICLE_WORD.match(plain) and not re.search(rf"\s(?:{_NEWS_WORDS})$", plain))
    )
