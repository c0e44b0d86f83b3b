"""Words too common to be asked for, by language, in their folded form.

A bare stop word in a query does not have to match (the page says so); in quotes or after "=" it does. All words are
indexed, so phrases made of stop words are found.
"""

_LISTS = {
    "en": """a about after all also an and any are as at be because been before being but by can could did do does for
        from had has have he her him his how i if in into is it its me more most my no nor not of on one only or other
        our out over own s same she should so some such t than that the their them then there these they this those
        through to too under until up us very was we were what when where which while who whom why will with would you
        your""",
    "es": """a al algo ante antes asi aun aunque cada como con contra cual cuando de del desde donde durante e el ella
        ellas ellos en entre era eran es esa esas ese eso esos esta estaba estan estas este esto estos fue fueron ha
        habia han hasta hay la las le les lo los mas me mi muy no nos o os otra otro para pero por porque que quien se
        segun ser si sin sobre son su sus tambien tanto te tiene todo todos tras tu un una uno unos y ya yo""",
    "fr": """a alors apres au aussi autre aux avant avec c ce cela ces cet cette ceux chez comme contre d dans de deja
        depuis des dont du elle elles en encore entre est et etaient etait ete etre eu fait il ils j je l la le les
        leur leurs lui m mais meme mes moi mon n ne nos notre nous on ont ou par parce pas pendant peu plus pour qu
        quand que quel quelle qui s sa sans se selon ses si son sont sous sur t ta tes toi ton tous tout tres tu un
        une vos votre vous y""",
    "de": """aber alle allem allen aller alles als also am an auch auf aus bei beim bin bis da damit dann das dass dein
        dem den denn der des die dies diese diesem diesen dieser dieses doch dort du durch ein eine einem einen einer
        eines er es fur hat hatte hatten hier ich ihm ihn ihr ihre ihrem ihren ihrer im in ins ist ja jede jeder kann
        kein keine mehr mein mit nach nicht noch nun nur ob oder ohne sehr sein seine seinem seinen seiner seit sich
        sie sind so sowie uber um und uns unter vom von vor war waren was weil wenn werden wie wieder wir wird wo
        wurde wurden zu zum zur zwischen""",
    "ru": """а без более бы был была были было быть в вам вас весь во вот все всего всех вы где да даже для до его ее
        если есть еще же за здесь и из или им их к как ко когда кто ли либо мне может мы на над надо наш не него нее
        нет ни них но ну о об однако он она они оно от очень по под при с со так также такой там те тем то того тоже
        той только том ты у уже хотя чего чей чем что чтобы чье чья эта эти это этого этой этом этот я""",
    "ar": """ان او اذا الا الى التي الذي الذين اما انه انها اي بعد بل بين تلك ثم حتى حول حيث خلال دون ذلك عبر عليه عليها
        على عن عند عندما غير في فيه فيها قبل قد كان كانت كل كما كيف لا لدى لقد لكن لم لن له لها ليس ما مثل مع من منذ منه
        منها نحو هذا هذه هل هم هنا هناك هو هي و وقد وكان ولا ولم وهو وهي يكون""",
    "it": """a ad agli ai al alla alle allo anche ancora c che chi ci come con contro cui d da dagli dai dal dalla dalle
        de degli dei del della delle dello di dopo dove e ed era erano essere fa fino fra gli ha hanno i il in io l la
        le lei lo loro lui ma mi mia mio ne negli nei nel nella nelle no noi non nostra nostro o ogni per perche piu
        prima quale quando quella quelle quelli quello questa queste questi questo se senza si sia sono sotto stata
        stato su sua sue sui sul sulla suo tra tu tutti tutto un una uno vi""",
    "nl": """aan al als ben bij dan dat de der deze die dit doch door dus een en er ge geen had heb hebben heeft hem het
        hier hij hoe hun ik in is ja je kan kon maar me meer men met mij mijn na naar niet nog nu of om omdat onder
        ons ook op over te tegen toch toen tot uit uw van veel voor want waren was wat werd wie wij wil worden zal ze
        zich zij zijn zo zonder zou""",
    "pt": """a ao aos ate como com contra da das de dela dele depois do dos e ela elas ele eles em entre era essa esse
        esta estao estas este estes eu foi foram ha isso ja la lhe mais mas me mesmo meu minha muito na nao nas nem no
        nos num numa o os ou para pela pelas pelo pelos por porque qual quando que quem se seu seus sem ser sao so
        sobre sua suas tambem te tem um uma""",
}

STOP_WORDS = {language: frozenset(words.split()) for language, words in _LISTS.items()}
