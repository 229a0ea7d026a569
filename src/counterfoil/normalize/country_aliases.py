# ruff: noqa: E501
"""Names and codes that people write for a country, besides those of CLDR in `country_names.py`.

Collected by hand: former and official names, abbreviations, Spanish names, parts that stand for their country, and the
car codes that are in use on letters; N, S, H and P are left, since people also mean Nederland, Suisse, Holland, Polen. They
are compared after folding, without punctuation and articles. One country per line: two-letter code, then names.
"""

TABLE = """\
AE UAE|U.A. Emirates|Emirates|VAE|EAU|Emiraten|Emirats|Dubai|Abu Dhabi|Emiratos Árabes Unidos
AF Afganistán
AG Antigua
AR Republica Argentina
AT A|Oostenr.
BA Bosnia|Bosnia-Hercegovina|Bosnie|Bosnien|Bosnia y Herzegovina
BE B|Belg|Bélgica|Belgio
BF Burkina|B. Faso|Burkina Fasso|Haute-Volta|Upper Volta|Boven-Volta|Obervolta
BJ Dahomey
BL Saint Barts|St Barth
BO Bolivia, Plurinational State of|Plurinational State of Bolivia
BQ Bonaire|Bonaire, Sint Eustatius and Saba
BR Brasil
BY Belorussia|White Russia|Wit-Rusland|Weißrussland|Bielorrusia
CC Keeling Islands
CD DRC|RDC|DR Congo|RD Congo|R.D. du Congo|Congo DRC|Congo RDC|Congo DR|Democratic Republic of the Congo|Zaire|Congo, Democratic Republic of the|Democratische Republiek Congo|République démocratique du Congo|Rép. dém. du Congo|Demokratische Republik Kongo|DR Kongo|Belgian Congo|Congo Kin|Rép. Dém. Congo|Congo démocratique|Rép. démocratique du Congo|República Democrática del Congo
CF CAR|Central African Rep.|Centrafrique|RCA|Rép. Centrafricaine|Centrafricaine|República Centroafricana
CG Republic of the Congo|République du Congo|Congo, Republic of|Congo Brazza|Rép. du Congo
CH Helvetia|Swiss Confederation|Swiss|Svizzera|Confoederatio Helvetica|Suiza
CI Ivory Coast|Cote Divoire|Elfenbeinküste|RCI|Côte Ivoire|C. d'Ivoire|Rép. Côte d'Ivoire|Costa de Marfil
CM Camerún
CN PRC|P.R. China|People's Republic of China|China PRC|Volksrepubliek China|République populaire de Chine|Volksrepublik China|Mainland China
CV Kapverden
CY Chipre
CZ Czech Republic|Czech Rep.|Tsjechische Republiek|République tchèque|Tschechische Republik|Cesko|Rep. Tcheque|Chequia|República Checa|Tchequia
DE D|BRD|Bundesrepublik|Alemania|Germania|Duitsl.
DK Danmark|Dinamarca
DO Dominican Rep.|República Dominicana|Dominikanische Rep.|Rép. dominicaine|Rep. Dominicana
DZ Argelia
EE Eesti
EG Egipto
EH Sahara
ES España|E
ET Etiopía
FI Suomi|Finlandia
FK Falklands|Malvinas|Falkland Islands (Malvinas)
FM Micronesia, Federated States of|Federated States of Micronesia
FO Faeroe Islands|Faroes
FR F|French Republic|République française|Francia|France métropolitaine|Frankr.
GB UK|Great Britain|Britain|United Kingdom of Great Britain and Northern Ireland|England|Scotland|Wales|Northern Ireland|VK|Groot-Brittannië|Engeland|Schotland|Noord-Ierland|Grande-Bretagne|Angleterre|Écosse|Pays de Galles|Irlande du Nord|Großbritannien|Schottland|Nordirland|Gr. Brittannië|Gr. Britannië|Reino Unido|Ver. Koninkrijk|GB ENG|GB SCT|GB WLS|GB NIR|Inglaterra|Escocia|Gran Bretaña
GE Sakartvelo
GF Guyane
GL Groenlandia
GN Guinée Conakry|Guinea Conakry|Rep. de Guinée|Guinée (Rép.)|Guinée française
GQ Guinée Eq.|Guinea Ecuatorial|Guinée équat.
GR EL|Hellas|Ellada|Hellenic Republic|Ελλάδα|Grecia
GW Guiné-Bissau|Guinea-Bisáu|Guinée portugaise
HK Hong Kong|Hongkong|Hong Kong SAR|Hong Kong China
HM Heard Island and McDonald Islands
HR Hrvatska|Croacia
HU Magyarország|Hungaria|Hungría
IE Eire|Ierse Republiek|Rep. of Ireland|Republic of Ireland|Irlanda
IR Iran, Islamic Republic of|Islamic Republic of Iran|Persia
IS Islandia
IT Italia|I
JO Jordania
KG Kyrgyz Republic|Kirghizistan|Kirghizia|Kirgizstan|Kirgisien
KH Kampuchea|Camboya
KN Saint Kitts
KP Korea, North|DPRK|Korea, Democratic People's Republic of|Democratic People's Republic of Korea|Corea del Norte
KR Korea|Korea, South|Republic of Korea|Korea, Republic of|S. Korea|Corée|ROK|Corea del Sur|Corea
KZ Kazajistán
LA Lao PDR|Lao People's Democratic Republic
LB Líbano
LI FL
LK Ceylon
LT Lietuva|Lituania
LU L|Grand-Duché|GD Luxembourg|G.D. Luxemburg|Letzebuerg|GDL|Gd Lux|Luxemburgo
LV Latvija|Letonia
LY Libyan Arab Jamahiriya|Lybie|Libia|Lybia
MA Marruecos|Royaume du Maroc
MD Moldova, Republic of|Moldavia|Moldawien|Moldau
MF Saint Martin (French part)
MK Macedonia|FYROM|Macedonië|Macédoine|Mazedonien|Former Yugoslav Republic of Macedonia|Macedonia del Norte
MM Burma|Birma|Birmanie
MO Macao|Macau
MU Ile Maurice|Isla Mauricio|Mauricio
MY Malasia
NC Nlle Calédonie|Nouv. Calédonie|Nueva Caledonia
NL Holland|Hollande|Holanda|Ned.|Koninkrijk der Nederlanden|Olanda|Paises Bajos|Netherland|Nederlanden
NO Norge|Noreg|Noruega
NZ Nueva Zelanda|N-Zeeland
PF Tahiti|Polynésie
PH Philippine Islands|Filippijnen|Filipinas
PL Polska|Polonia
PN Pitcairn
PS Palestine|Palestine, State of|State of Palestine|Palestina|Palästina
RE Reunion Island|Ile de la Réunion
RO Rumania|Roumania
RS Srbija
RU Russian Federation|Russische Federatie|Fédération de Russie|Russische Föderation|Rossiya|Россия|Rusia|Féd. de Russie
SA KSA|Saudi|Saudi-Arabië|Arabia Saudí|Arabia Saudita
SE Sverige|Suecia
SH Saint Helena, Ascension and Tristan da Cunha
SI Slovenija|SLO|Eslovenia
SK Slovak Republic|Slowaakse Republiek|République slovaque|Slowakische Republik|Slovensko|Eslovaquia
SL Sierra Leona
SR Surinam
SS Sud Soudan|Sudán del Sur
ST Sao Tome
SX Sint Maarten (Dutch part)
SY Syrian Arab Republic|Siria
SZ Swaziland
TC Turks and Caicos
TH Tailandia
TL East Timor
TN Túnez
TR Turkey|Turquía
TT Trinidad|Trinidad y Tobago
TW Taiwan, Province of China|Republic of China|Taiwan ROC|Formosa|Chinese Taipei
TZ Tanzania, United Republic of|United Republic of Tanzania
UA Ukraina|Україна|Ucrania
UM United States Minor Outlying Islands
US United States of America|America|VS|VSA|Amerika|Verenigde Staten van Amerika|États-Unis d'Amérique|Amérique|EEUU|EUA|Vereinigte Staaten von Amerika|Estados Unidos|Stati Uniti|EE.UU.|Etats Unis Amérique|United States (USA)
VA Holy See|Vatican|Vaticaan|Vatikan|Holy See (Vatican City State)|Saint-Siège
VC Saint Vincent
VE Venezuela, Bolivarian Republic of|Bolivarian Republic of Venezuela
VG Virgin Islands, British|BVI
VI Virgin Islands, U.S.|USVI
XK XKX|Kosova
ZA RSA|Suid-Afrika|Z-Afrika|Sudáfrica
"""

AMBIGUOUS = ("Congo", "Kongo", "Virgin Islands")
"""Names that say too little: the writer must say which of two countries is meant."""
