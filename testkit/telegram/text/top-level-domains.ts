// Which endings make "name.ending" an address without "http://": country codes, and generic ones without brand names.
const COUNTRIES =
  'ac ad ae af ag ai al am ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bv bw by bz ca cc cd ' +
  'cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do dz ec ee eg er es et eu fi fj fk fm fo fr ga gb gd ge ' +
  'gf gg gh gi gl gm gn gp gq gr gs gt gu gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki ' +
  'km kn kp kr kw ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mg mh mk ml mm mn mo mp mq mr ms mt mu mv mw mx my ' +
  'mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw py qa re ro rs ru rw sa sb sc sd se ' +
  'sg sh si sj sk sl sm sn so sr ss st su sv sx sy sz tc td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz ' +
  'va vc ve vg vi vn vu wf ws ye yt za zm zw'

const GENERIC =
  'academy accountant accountants actor adult aero africa agency airforce apartments app arab archi army arpa art asia ' +
  'associates attorney auction audio auto autos baby band bank bar bargains baseball basketball beauty beer berlin best ' +
  'bet bible bid bike bingo bio biz black blog blue boats bond boo book bot boutique box broker build builders business ' +
  'buy buzz bzh cab cafe cam camera camp capital car cards care career careers cars casa case cash casino cat catering ' +
  'catholic center ceo charity chat cheap christmas church city claims cleaning click clinic clothing cloud club coach ' +
  'codes coffee college com community company computer condos construction consulting contact contractors cooking cool ' +
  'coop country coupon coupons courses credit creditcard cricket cruise cruises dad dance data date dating day deal ' +
  'dealer deals degree delivery democrat dental dentist desi design dev diamonds diet digital direct directory discount ' +
  'diy docs doctor dog domains dot download earth eat eco edu education email energy engineer engineering enterprises ' +
  'equipment esq estate eus events exchange expert exposed express fail faith family fan fans farm fashion fast feedback ' +
  'film final finance financial fire fish fishing fit fitness flights florist flowers fly foo food football forex ' +
  'forsale forum foundation fox free fun fund furniture futbol fyi gal gallery game games garden gay gdn gift gifts ' +
  'gives giving glass global gmbh gold golf gop gov graphics gratis green gripe grocery group guide guitars guru hair ' +
  'hamburg haus health healthcare help here hiphop hiv hockey holdings holiday homes horse hospital host hosting hot ' +
  'hotels house how icu immo immobilien inc industries info ing ink institute insurance insure int international ' +
  'investments irish ist istanbul java jetzt jewelry jobs joburg joy kaufen kids kim kitchen kiwi koeln kosher kyoto ' +
  'land lat latino law lawyer lease legal lgbt life lifeinsurance lifestyle lighting like limited limo link live living ' +
  'llc llp loan loans lol london lotto love ltd ltda luxe luxury madrid maison makeup man management map market ' +
  'marketing markets mba med media meet melbourne meme memorial men menu miami mil mini mobi mobile moda moe moi mom ' +
  'monash money monster mortgage moscow moto motorcycles mov movie museum music nagoya name navy net network new news ' +
  'next ngo ninja now nrw nyc observer okinawa one ong onion onl online ooo open org organic osaka ovh page paris ' +
  'partners parts party pay pet pharmacy phd phone photo photography photos physio pics pictures pid pin pink pizza ' +
  'place play plumbing plus poker porn post press prime pro prod productions prof promo properties property protection ' +
  'pub quebec quest racing radio read realestate realtor realty recipes red rehab reise reisen ren rent rentals repair ' +
  'report republican rest restaurant review reviews rich rio rip rocks rodeo room rsvp rugby ruhr run ryukyu saarland ' +
  'safe safety sale salon sarl sas save scholarships school schule science scot search secure security select services ' +
  'sex sexy shia shiksha shoes shop shopping show silk singles site ski skin sky smile soccer social software solar ' +
  'solutions song soy spa space sport spot srl stockholm storage store stream studio study style sucks supplies supply ' +
  'support surf surgery swiss sydney systems taipei talk tatar tattoo tax taxi team tech technology tel tennis theater ' +
  'theatre tickets tienda tips tires tirol today tokyo ton tools top tours town toys trade trading training travel ' +
  'trust tube tunes university uno vacations vegas ventures versicherung vet viajes video villas vin vip vision vodka ' +
  'vote voting voto voyage wales wang watch watches weather webcam website wed wedding wien wiki win wine work works ' +
  'world wow wtf xin xxx xyz yachts yoga yokohama you yun zero zip zone рф рус орг сайт онлайн москва дети ком укр бел ' +
  'бг мкд срб қаз ελ ευ 中国 中國 香港 台湾 台灣 公司 网址 网络 みんな コム 한국 닷컴 भारत ไทย'

const ENDINGS = new Set(`${COUNTRIES} ${GENERIC}`.split(' '))

/** "Com" at the start of a sentence is a word; "com" and "COM" are endings. */
export function isTopLevelDomain(ending: string): boolean {
  const lower = ending.toLowerCase()
  if (lower !== ending && lower.slice(1) === ending.slice(1)) return false
  return ENDINGS.has(lower)
}
