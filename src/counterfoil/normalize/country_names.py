# ruff: noqa: E501
"""The countries of ISO 3166-1 (and Kosovo as XK) with their names in English, Dutch, French and German.

Taken from Unicode CLDR 47 by way of Babel 2.18 (`Locale(..).territories` and the territory aliases for the
three-letter codes); CLDR data is under the Unicode License v3, https://www.unicode.org/license.txt.
Generated: other names that people use are in `country_aliases.py`.

One country per line: two-letter code, three-letter code, then the four names; an empty one equals the English one.
"""

TABLE = """\
AD AND|Andorra||Andorre|
AE ARE|United Arab Emirates|Verenigde Arabische Emiraten|Émirats arabes unis|Vereinigte Arabische Emirate
AF AFG|Afghanistan|||
AG ATG|Antigua & Barbuda|Antigua en Barbuda|Antigua-et-Barbuda|Antigua und Barbuda
AI AIA|Anguilla|||
AL ALB|Albania|Albanië|Albanie|Albanien
AM ARM|Armenia|Armenië|Arménie|Armenien
AO AGO|Angola|||
AQ ATA|Antarctica||Antarctique|Antarktis
AR ARG|Argentina|Argentinië|Argentine|Argentinien
AS ASM|American Samoa|Amerikaans-Samoa|Samoa américaines|Amerikanisch-Samoa
AT AUT|Austria|Oostenrijk|Autriche|Österreich
AU AUS|Australia|Australië|Australie|Australien
AW ABW|Aruba|||
AX ALA|Åland Islands|Åland|Îles Åland|Ålandinseln
AZ AZE|Azerbaijan|Azerbeidzjan|Azerbaïdjan|Aserbaidschan
BA BIH|Bosnia & Herzegovina|Bosnië en Herzegovina|Bosnie-Herzégovine|Bosnien und Herzegowina
BB BRB|Barbados||Barbade|
BD BGD|Bangladesh|||Bangladesch
BE BEL|Belgium|België|Belgique|Belgien
BF BFA|Burkina Faso|||
BG BGR|Bulgaria|Bulgarije|Bulgarie|Bulgarien
BH BHR|Bahrain|Bahrein|Bahreïn|
BI BDI|Burundi|||
BJ BEN|Benin||Bénin|
BL BLM|St. Barthélemy|Saint-Barthélemy|Saint-Barthélemy|
BM BMU|Bermuda||Bermudes|
BN BRN|Brunei|||Brunei Darussalam
BO BOL|Bolivia||Bolivie|Bolivien
BQ BES|Caribbean Netherlands|Caribisch Nederland|Pays-Bas caribéens|Karibische Niederlande
BR BRA|Brazil|Brazilië|Brésil|Brasilien
BS BHS|Bahamas|Bahama’s||
BT BTN|Bhutan||Bhoutan|
BV BVT|Bouvet Island|Bouveteiland|Île Bouvet|Bouvetinsel
BW BWA|Botswana|||Botsuana
BY BLR|Belarus||Biélorussie|
BZ BLZ|Belize|||
CA CAN|Canada|||Kanada
CC CCK|Cocos (Keeling) Islands|Cocoseilanden|Îles Cocos|Kokosinseln
CD COD|Congo - Kinshasa|Congo-Kinshasa|Congo-Kinshasa|Kongo-Kinshasa
CF CAF|Central African Republic|Centraal-Afrikaanse Republiek|République centrafricaine|Zentralafrikanische Republik
CG COG|Congo - Brazzaville|Congo-Brazzaville|Congo-Brazzaville|Kongo-Brazzaville
CH CHE|Switzerland|Zwitserland|Suisse|Schweiz
CI CIV|Côte d’Ivoire|Ivoorkust||
CK COK|Cook Islands|Cookeilanden|Îles Cook|Cookinseln
CL CHL|Chile|Chili|Chili|
CM CMR|Cameroon|Kameroen|Cameroun|Kamerun
CN CHN|China||Chine|
CO COL|Colombia||Colombie|Kolumbien
CR CRI|Costa Rica|||
CU CUB|Cuba|||Kuba
CV CPV|Cape Verde|Kaapverdië|Cap-Vert|Cabo Verde
CW CUW|Curaçao|||
CX CXR|Christmas Island|Christmaseiland|Île Christmas|Weihnachtsinsel
CY CYP|Cyprus||Chypre|Zypern
CZ CZE|Czechia|Tsjechië|Tchéquie|Tschechien
DE DEU|Germany|Duitsland|Allemagne|Deutschland
DJ DJI|Djibouti|||Dschibuti
DK DNK|Denmark|Denemarken|Danemark|Dänemark
DM DMA|Dominica||Dominique|
DO DOM|Dominican Republic|Dominicaanse Republiek|République dominicaine|Dominikanische Republik
DZ DZA|Algeria|Algerije|Algérie|Algerien
EC ECU|Ecuador||Équateur|
EE EST|Estonia|Estland|Estonie|Estland
EG EGY|Egypt|Egypte|Égypte|Ägypten
EH ESH|Western Sahara|Westelijke Sahara|Sahara occidental|Westsahara
ER ERI|Eritrea||Érythrée|
ES ESP|Spain|Spanje|Espagne|Spanien
ET ETH|Ethiopia|Ethiopië|Éthiopie|Äthiopien
FI FIN|Finland||Finlande|Finnland
FJ FJI|Fiji||Fidji|Fidschi
FK FLK|Falkland Islands|Falklandeilanden|Îles Malouines|Falklandinseln
FM FSM|Micronesia||Micronésie|Mikronesien
FO FRO|Faroe Islands|Faeröer|Îles Féroé|Färöer
FR FRA|France|Frankrijk||Frankreich
GA GAB|Gabon|||Gabun
GB GBR|United Kingdom|Verenigd Koninkrijk|Royaume-Uni|Vereinigtes Königreich
GD GRD|Grenada||Grenade|
GE GEO|Georgia|Georgië|Géorgie|Georgien
GF GUF|French Guiana|Frans-Guyana|Guyane française|Französisch-Guayana
GG GGY|Guernsey||Guernesey|
GH GHA|Ghana|||
GI GIB|Gibraltar|||
GL GRL|Greenland|Groenland|Groenland|Grönland
GM GMB|Gambia||Gambie|
GN GIN|Guinea|Guinee|Guinée|
GP GLP|Guadeloupe|||
GQ GNQ|Equatorial Guinea|Equatoriaal-Guinea|Guinée équatoriale|Äquatorialguinea
GR GRC|Greece|Griekenland|Grèce|Griechenland
GS SGS|South Georgia & South Sandwich Islands|Zuid-Georgia en Zuidelijke Sandwicheilanden|Géorgie du Sud-et-les Îles Sandwich du Sud|Südgeorgien und die Südlichen Sandwichinseln
GT GTM|Guatemala|||
GU GUM|Guam|||
GW GNB|Guinea-Bissau|Guinee-Bissau|Guinée-Bissau|
GY GUY|Guyana|||
HK HKG|Hong Kong SAR China|Hongkong SAR van China|R.A.S. chinoise de Hong Kong|Sonderverwaltungsregion Hongkong
HM HMD|Heard & McDonald Islands|Heard en McDonaldeilanden|Îles Heard-et-MacDonald|Heard und McDonaldinseln
HN HND|Honduras|||
HR HRV|Croatia|Kroatië|Croatie|Kroatien
HT HTI|Haiti|Haïti|Haïti|
HU HUN|Hungary|Hongarije|Hongrie|Ungarn
ID IDN|Indonesia|Indonesië|Indonésie|Indonesien
IE IRL|Ireland|Ierland|Irlande|Irland
IL ISR|Israel|Israël|Israël|
IM IMN|Isle of Man||Île de Man|
IN IND|India||Inde|Indien
IO IOT|British Indian Ocean Territory|Brits Indische Oceaanterritorium|Territoire britannique de l’océan Indien|Britisches Territorium im Indischen Ozean
IQ IRQ|Iraq|Irak|Irak|Irak
IR IRN|Iran|||
IS ISL|Iceland|IJsland|Islande|Island
IT ITA|Italy|Italië|Italie|Italien
JE JEY|Jersey|||
JM JAM|Jamaica||Jamaïque|Jamaika
JO JOR|Jordan|Jordanië|Jordanie|Jordanien
JP JPN|Japan||Japon|
KE KEN|Kenya|Kenia||Kenia
KG KGZ|Kyrgyzstan|Kirgizië|Kirghizstan|Kirgisistan
KH KHM|Cambodia|Cambodja|Cambodge|Kambodscha
KI KIR|Kiribati|||
KM COM|Comoros|Comoren|Comores|Komoren
KN KNA|St. Kitts & Nevis|Saint Kitts en Nevis|Saint-Christophe-et-Niévès|St. Kitts und Nevis
KP PRK|North Korea|Noord-Korea|Corée du Nord|Nordkorea
KR KOR|South Korea|Zuid-Korea|Corée du Sud|Südkorea
KW KWT|Kuwait|Koeweit|Koweït|
KY CYM|Cayman Islands|Kaaimaneilanden|Îles Caïmans|Kaimaninseln
KZ KAZ|Kazakhstan|Kazachstan||Kasachstan
LA LAO|Laos|||
LB LBN|Lebanon|Libanon|Liban|Libanon
LC LCA|St. Lucia|Saint Lucia|Sainte-Lucie|
LI LIE|Liechtenstein|||
LK LKA|Sri Lanka|||
LR LBR|Liberia|||
LS LSO|Lesotho|||
LT LTU|Lithuania|Litouwen|Lituanie|Litauen
LU LUX|Luxembourg|Luxemburg||Luxemburg
LV LVA|Latvia|Letland|Lettonie|Lettland
LY LBY|Libya|Libië|Libye|Libyen
MA MAR|Morocco|Marokko|Maroc|Marokko
MC MCO|Monaco|||
MD MDA|Moldova|Moldavië|Moldavie|Republik Moldau
ME MNE|Montenegro||Monténégro|
MF MAF|St. Martin|Saint-Martin|Saint-Martin|
MG MDG|Madagascar|Madagaskar||Madagaskar
MH MHL|Marshall Islands|Marshalleilanden|Îles Marshall|Marshallinseln
MK MKD|North Macedonia|Noord-Macedonië|Macédoine du Nord|Nordmazedonien
ML MLI|Mali|||
MM MMR|Myanmar (Burma)|Myanmar (Birma)|Myanmar (Birmanie)|Myanmar
MN MNG|Mongolia|Mongolië|Mongolie|Mongolei
MO MAC|Macao SAR China|Macau SAR van China|R.A.S. chinoise de Macao|Sonderverwaltungsregion Macau
MP MNP|Northern Mariana Islands|Noordelijke Marianen|Îles Mariannes du Nord|Nördliche Marianen
MQ MTQ|Martinique|||
MR MRT|Mauritania|Mauritanië|Mauritanie|Mauretanien
MS MSR|Montserrat|||
MT MLT|Malta||Malte|
MU MUS|Mauritius||Maurice|
MV MDV|Maldives|Maldiven||Malediven
MW MWI|Malawi|||
MX MEX|Mexico||Mexique|Mexiko
MY MYS|Malaysia|Maleisië|Malaisie|
MZ MOZ|Mozambique|||Mosambik
NA NAM|Namibia|Namibië|Namibie|
NC NCL|New Caledonia|Nieuw-Caledonië|Nouvelle-Calédonie|Neukaledonien
NE NER|Niger|||
NF NFK|Norfolk Island|Norfolk|Île Norfolk|Norfolkinsel
NG NGA|Nigeria|||
NI NIC|Nicaragua|||
NL NLD|Netherlands|Nederland|Pays-Bas|Niederlande
NO NOR|Norway|Noorwegen|Norvège|Norwegen
NP NPL|Nepal||Népal|
NR NRU|Nauru|||
NU NIU|Niue|||
NZ NZL|New Zealand|Nieuw-Zeeland|Nouvelle-Zélande|Neuseeland
OM OMN|Oman|||
PA PAN|Panama|||
PE PER|Peru||Pérou|
PF PYF|French Polynesia|Frans-Polynesië|Polynésie française|Französisch-Polynesien
PG PNG|Papua New Guinea|Papoea-Nieuw-Guinea|Papouasie-Nouvelle-Guinée|Papua-Neuguinea
PH PHL|Philippines|Filipijnen||Philippinen
PK PAK|Pakistan|||
PL POL|Poland|Polen|Pologne|Polen
PM SPM|St. Pierre & Miquelon|Saint-Pierre en Miquelon|Saint-Pierre-et-Miquelon|St. Pierre und Miquelon
PN PCN|Pitcairn Islands|Pitcairneilanden|Îles Pitcairn|Pitcairninseln
PR PRI|Puerto Rico||Porto Rico|
PS PSE|Palestinian Territories|Palestijnse gebieden|Territoires palestiniens|Palästinensische Autonomiegebiete
PT PRT|Portugal|||
PW PLW|Palau||Palaos|
PY PRY|Paraguay|||
QA QAT|Qatar|||Katar
RE REU|Réunion||La Réunion|
RO ROU|Romania|Roemenië|Roumanie|Rumänien
RS SRB|Serbia|Servië|Serbie|Serbien
RU RUS|Russia|Rusland|Russie|Russland
RW RWA|Rwanda|||Ruanda
SA SAU|Saudi Arabia|Saoedi-Arabië|Arabie saoudite|Saudi-Arabien
SB SLB|Solomon Islands|Salomonseilanden|Îles Salomon|Salomonen
SC SYC|Seychelles|Seychellen||Seychellen
SD SDN|Sudan|Soedan|Soudan|
SE SWE|Sweden|Zweden|Suède|Schweden
SG SGP|Singapore||Singapour|Singapur
SH SHN|St. Helena|Sint-Helena|Sainte-Hélène|
SI SVN|Slovenia|Slovenië|Slovénie|Slowenien
SJ SJM|Svalbard & Jan Mayen|Spitsbergen en Jan Mayen|Svalbard et Jan Mayen|Spitzbergen und Jan Mayen
SK SVK|Slovakia|Slowakije|Slovaquie|Slowakei
SL SLE|Sierra Leone|||
SM SMR|San Marino||Saint-Marin|
SN SEN|Senegal||Sénégal|
SO SOM|Somalia|Somalië|Somalie|
SR SUR|Suriname|||
SS SSD|South Sudan|Zuid-Soedan|Soudan du Sud|Südsudan
ST STP|São Tomé & Príncipe|Sao Tomé en Principe|Sao Tomé-et-Principe|São Tomé und Príncipe
SV SLV|El Salvador||Salvador|
SX SXM|Sint Maarten|Sint-Maarten|Saint-Martin (partie néerlandaise)|
SY SYR|Syria|Syrië|Syrie|Syrien
SZ SWZ|Eswatini|||
TC TCA|Turks & Caicos Islands|Turks- en Caicoseilanden|Îles Turques-et-Caïques|Turks- und Caicosinseln
TD TCD|Chad|Tsjaad|Tchad|Tschad
TF ATF|French Southern Territories|Franse Gebieden in de zuidelijke Indische Oceaan|Terres australes françaises|Französische Süd- und Antarktisgebiete
TG TGO|Togo|||
TH THA|Thailand||Thaïlande|
TJ TJK|Tajikistan|Tadzjikistan|Tadjikistan|Tadschikistan
TK TKL|Tokelau|||
TL TLS|Timor-Leste|Oost-Timor|Timor oriental|
TM TKM|Turkmenistan||Turkménistan|
TN TUN|Tunisia|Tunesië|Tunisie|Tunesien
TO TON|Tonga|||
TR TUR|Türkiye|Turkije|Turquie|Türkei
TT TTO|Trinidad & Tobago|Trinidad en Tobago|Trinité-et-Tobago|Trinidad und Tobago
TV TUV|Tuvalu|||
TW TWN|Taiwan||Taïwan|
TZ TZA|Tanzania||Tanzanie|Tansania
UA UKR|Ukraine|Oekraïne||
UG UGA|Uganda|Oeganda|Ouganda|
UM UMI|U.S. Outlying Islands|Kleine afgelegen eilanden van de Verenigde Staten|Îles mineures éloignées des États-Unis|Amerikanische Überseeinseln
US USA|United States|Verenigde Staten|États-Unis|Vereinigte Staaten
UY URY|Uruguay|||
UZ UZB|Uzbekistan|Oezbekistan|Ouzbékistan|Usbekistan
VA VAT|Vatican City|Vaticaanstad|État de la Cité du Vatican|Vatikanstadt
VC VCT|St. Vincent & Grenadines|Saint Vincent en de Grenadines|Saint-Vincent-et-les Grenadines|St. Vincent und die Grenadinen
VE VEN|Venezuela|||
VG VGB|British Virgin Islands|Britse Maagdeneilanden|Îles Vierges britanniques|Britische Jungferninseln
VI VIR|U.S. Virgin Islands|Amerikaanse Maagdeneilanden|Îles Vierges des États-Unis|Amerikanische Jungferninseln
VN VNM|Vietnam||Viêt Nam|
VU VUT|Vanuatu|||
WF WLF|Wallis & Futuna|Wallis en Futuna|Wallis-et-Futuna|Wallis und Futuna
WS WSM|Samoa|||
XK XKK|Kosovo|||
YE YEM|Yemen|Jemen|Yémen|Jemen
YT MYT|Mayotte|||
ZA ZAF|South Africa|Zuid-Afrika|Afrique du Sud|Südafrika
ZM ZMB|Zambia||Zambie|Sambia
ZW ZWE|Zimbabwe|||Simbabwe
"""
