"""Words of everyday English and of selling, which name a customer only where they are written as a name."""

_WORDS = """
    a able about above accept access account accounts across act action active actual add additional address admin
    adopt advance advice after again against age agency agenda ago agree agreed agreement ahead air all allow almost
    alone along already also always amazing among amount an and annual another answer any anybody anyone anything
    anyway appear apple application apply appointment approach approve approved april are area around arrange arrive
    art as ask asked asking at attach attached august autumn available average award away back bad bag balance bank
    bar base based basic basket be beach because become been before began begin behind being believe below benefit
    best better between beyond big bike bikes bill birthday bit black blue board body book booked booking both
    bottle bottom bought box branch brand break breakfast bright bring broken brought brown budget build building
    built business busy but buy buyer buying by cafe cake call called caller calling calls came can cannot capital
    car card care carry case cash catch cause center central centre ceo certain chain chance change changed channel
    charge chat cheap check children choice choose christmas city claim class clean clear clearly client clients
    close closed club coast coffee cold colleague college color come comes coming comment common community company
    compare competitor complaint complete computer concern confirm confirmed connect consider construction contact
    continue contract control conversation cool copy corner cost costs could count country couple course cover
    create credit crew current customer customers cut cycle cycles daily damage dark data date dates day days deal
    dear december decide decided decision delay delayed deliver delivered delivery demand demo department depends
    design desk detail details develop did different dinner direct director discount discuss discussed distance do
    doctor document does dog doing dollar done door double down draft draw dream drink drive driver drop due during
    duty each early earth easily east eastern easy eat eight either electric else email emails employee empty end
    energy engine enjoy enough enter entire equipment especially estate estimate even evening event ever every
    everybody everyone everything exact example excellent except exchange excited exclusive existing exit expand
    expect expected expensive expert explain explore express extra eye face fact factory fair fall family far farm
    fashion fast father favorite february feel feeling few field fifty fight figure file fill final finally finance
    find fine finish fire firm first fish fit five fix fixed flat floor flow fly focus follow following food foot
    for force foreign forest forget form formal former forward found four free fresh friday friend friendly friends
    from front fruit full fun fund further future gain game garage garden gas gate gave general get getting gift
    girl give given glad glass global go goes going gold golden gone good goods got great green ground group grow
    growing growth guess guest guide had half hand handle happen happened happy hard harvest has have having he head
    health hear heard heart heavy held hello help her here high higher hill him his history hit hold holiday home
    honest hope hospital hot hotel hour hours house how however huge human hundred i idea if image impact important
    improve in inc include included increase indeed industrial industry info inform information inside install
    instead insurance interest interested international into introduce inventory invest investment invitation invite
    invited invoice invoices is island issue issues it item items its january job join joined joint july june just
    keep kept key kid kids kind kitchen knew know known lady lake land large last late later latest launch law lay
    lead leader learn learned least leave left legal less let letter level license life light like likely limit
    limited line link liquid list listen little live living load loan local location logistics long look looked
    looking looks lose loss lost lot lots love loved low lower loyal lucky lunch machine made mail main major make
    making man manage manager many map march mark market marketing master match material matter may maybe me mean
    means media medical meet meeting meetings member memory men mention mentioned menu message met metal method
    metro middle might mile milk million mind mine minute minutes miss missed missing mistake mobile model modern
    moment monday money month monthly months moon more morning most mother motor mountain mouth move moved movement
    moving much music must my name national natural nature near nearly need needed needs network never new news next
    nice night nine no nobody none noon normal north northern not note notes nothing notice november now number
    numbers object ocean october of off offer office officer often oil ok okay old on once one online only open
    opened opening operation opinion opportunity option orange order ordered orders original other others our out
    outdoor outlet over overdue own owner pack package page paid paper parent park part partner partners parts party
    pass past pay paying payment payments peace people per perfect perhaps person personal phone phoned photo pick
    picture piece pilot pin pink place plan planned planning plant plastic play player please plus point police
    policy pool poor popular port position possible post power practice premium prepare present presentation press
    pretty price prices pricing prime print private pro probably problem problems process product production
    products professional profit program progress project promise promised proper property proposal protect proud
    provide public pull purchase purchasing pure purple push put quality quarter question questions quick quickly
    quiet quite quote race radio rail rain raise ran range rate rather reach read ready real really reason recall
    receive received recent record red reduce refer referral refund regarding region regional regular related
    relation remember remind renew renewal rent repair repeat reply report request require research response rest
    restaurant result results retail return returned reunion review rich ride right ring rise risk river road rock
    role roll room round route royal rule run running rush safe safety said sale sales same sample sat saturday save
    saved saw say says schedule school science sea season second section secure security see seem seems seen self
    sell selling send senior sense sent separate september serial serious serve server service services session set
    seven several share she sheet shift ship shipment shipped shipping shoes shop shopping shops short should show
    showed shut sick side sign signed silver similar simple since single site six size skin sky sleep slow small
    smart smile snow so social soft software sold solid solution solutions some somebody someone something sometimes
    son soon sorry sort sound source south southern space speak special specialist speed spend spoke sport sporting
    sports spot spring square staff stage stand standard star start started state station stay step still stock
    stone stop stopped storage store stores story straight strategy street strong student studio stuff style subject
    success such suggest summer summit sun sunday super supplier suppliers supplies supply support sure surprise
    swim system systems table take taken talk talked talking target task tax taxi tea teach team teams tech
    technical technology telephone tell ten tender term terms test text than thank thanks that the their them then
    there these they thing things think third this those though thought thousand three through thursday ticket time
    times tiny to today together told tomorrow too took tool tools top total touch tough tour toward town toy toys
    track trade traffic train training travel tree trend trial tried trip trouble truck true trust try trying
    tuesday turn two type under understand union unique unit united units university unless until up update upgrade
    upon urgent us use used user using usual vacation valley value various vehicle vendor very via video view
    village visit visited visiting visitor visits vital voice volume wait waiting walk wall want wanted wants war
    warehouse warm warranty was watch water wave way we wear weather website wednesday week weekend weekly weeks
    welcome well went were west western what wheel wheels when where whether which while white who whole wholesale
    why wide wife wild will win wind window wine winter wish with within without woman women wonder wonderful wood
    word words work worked working works world worried worry worse worth would wow write wrong yard year yearly
    years yellow yes yesterday yet you young your zero zone
"""
ORDINARY = frozenset(_WORDS.split())
