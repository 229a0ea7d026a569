# ruff: noqa: E501
"""Names and codes that people write for a country, besides those of CLDR in `country_names.py`.

Collected by hand: former and official names, abbreviations, car codes, parts that stand for their country. They
are compared after folding, without punctuation and articles. One country per line: two-letter code, then names.
"""

TABLE = """\
AE UAE|U.A. Emirates|Emirates|VAE|EAU|Emiraten|Emirats|Dubai|Abu Dhabi
AG Antigua
AR Republica Argentina
BA Bosnia|Bosnia-Hercegovina|Bosnie|Bosnien
BE B|Belg|Bélgica|Belgio
BL Saint Barts|St Barth
BO Bolivia, Plurinational State of|Plurinational State of Bolivia
BQ Bonaire|Bonaire, Sint Eustatius and Saba
BY Belorussia|White Russia|Wit-Rusland|Weißrussland
CC Keeling Islands
CD DRC|RDC|DR Congo|RD Congo|R.D. du Congo|Congo DRC|Congo RDC|Congo DR|Democratic Republic of the Congo|Zaire|Congo, Democratic Republic of the|Democratische Republiek Congo|République démocratique du Congo|Rép. dém. du Congo|Demokratische Republik Kongo|DR Kongo|Belgian Congo
CF CAR|Central African Rep.
CG Republic of the Congo|République du Congo|Congo, Republic of
CH Helvetia|Swiss Confederation|Swiss|Svizzera|Confoederatio Helvetica
CI Ivory Coast|Cote Divoire|Elfenbeinküste|RCI
CN PRC|P.R. China|People's Republic of China|China PRC|Volksrepubliek China|République populaire de Chine|Volksrepublik China|Mainland China
CV Kapverden
CZ Czech Republic|Czech Rep.|Tsjechische Republiek|République tchèque|Tschechische Republik|Cesko
DE D|BRD|Bundesrepublik|Alemania|Germania
DK Danmark
DO Dominican Rep.|República Dominicana
EE Eesti
EH Sahara
ES España
FI Suomi
FK Falklands|Malvinas|Falkland Islands (Malvinas)
FM Micronesia, Federated States of|Federated States of Micronesia
FO Faeroe Islands|Faroes
FR F|French Republic|République française|Francia|France métropolitaine
GB UK|Great Britain|Britain|United Kingdom of Great Britain and Northern Ireland|England|Scotland|Wales|Northern Ireland|VK|Groot-Brittannië|Engeland|Schotland|Noord-Ierland|Grande-Bretagne|Angleterre|Écosse|Pays de Galles|Irlande du Nord|Großbritannien|Schottland|Nordirland
GE Sakartvelo
GF Guyane
GR EL|Hellas|Ellada|Hellenic Republic|Ελλάδα
GW Guiné-Bissau
HK Hong Kong|Hongkong|Hong Kong SAR|Hong Kong China
HM Heard Island and McDonald Islands
HR Hrvatska
HU Magyarország|Hungaria
IE Eire|Ierse Republiek
IR Iran, Islamic Republic of|Islamic Republic of Iran|Persia
IT Italia
KG Kyrgyz Republic|Kirghizistan|Kirghizia|Kirgizstan|Kirgisien
KH Kampuchea
KN Saint Kitts
KP Korea, North|DPRK|Korea, Democratic People's Republic of|Democratic People's Republic of Korea
KR Korea|Korea, South|Republic of Korea|Korea, Republic of|S. Korea|Corée|ROK
LA Lao PDR|Lao People's Democratic Republic
LK Ceylon
LT Lietuva
LU L|Grand-Duché|GD Luxembourg|G.D. Luxemburg|Letzebuerg
LV Latvija
LY Libyan Arab Jamahiriya
MD Moldova, Republic of|Moldavia|Moldawien|Moldau
MF Saint Martin (French part)
MK Macedonia|FYROM|Macedonië|Macédoine|Mazedonien|Former Yugoslav Republic of Macedonia
MM Burma|Birma|Birmanie
MO Macao|Macau
NL Holland|Hollande|Holanda|Ned.|Koninkrijk der Nederlanden|Olanda|Paises Bajos
NO Norge|Noreg
PH Philippine Islands|Filippijnen
PL Polska
PN Pitcairn
PS Palestine|Palestine, State of|State of Palestine|Palestina|Palästina
RE Reunion Island|Ile de la Réunion
RO Rumania|Roumania
RS Srbija
RU Russian Federation|Russische Federatie|Fédération de Russie|Russische Föderation|Rossiya|Россия
SA KSA|Saudi|Saudi-Arabië
SE Sverige
SH Saint Helena, Ascension and Tristan da Cunha
SI Slovenija
SK Slovak Republic|Slowaakse Republiek|République slovaque|Slowakische Republik|Slovensko
SR Surinam
ST Sao Tome
SX Sint Maarten (Dutch part)
SY Syrian Arab Republic
SZ Swaziland
TC Turks and Caicos
TL East Timor
TR Turkey
TT Trinidad
TW Taiwan, Province of China|Republic of China|Taiwan ROC|Formosa|Chinese Taipei
TZ Tanzania, United Republic of|United Republic of Tanzania
UA Ukraina|Україна
UM United States Minor Outlying Islands
US United States of America|America|VS|VSA|Amerika|Verenigde Staten van Amerika|États-Unis d'Amérique|Amérique|EEUU|EUA|Vereinigte Staaten von Amerika|Estados Unidos|Stati Uniti
VA Holy See|Vatican|Vaticaan|Vatikan|Holy See (Vatican City State)|Saint-Siège
VC Saint Vincent
VE Venezuela, Bolivarian Republic of|Bolivarian Republic of Venezuela
VG Virgin Islands, British|BVI
VI Virgin Islands, U.S.|USVI
XK XKX|Kosova
ZA RSA|Suid-Afrika
"""

AMBIGUOUS = ("Congo", "Kongo", "Virgin Islands")
"""Names that say too little: the writer must say which of two countries is meant."""
