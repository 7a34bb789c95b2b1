"""Words by which somebody can be known: headers that ask for it, words beside a name, given names.

How they are recognised stands in `schemas.identifiers`.
"""

from collections.abc import Mapping

# One header a line where it has several words; letters and digits alone count, in any case and without accents.
HEADERS: Mapping[str, str] = {
    "name": """
        name / names / firstname / first names / first name / forename / given name / given names / surname / surnames
        last name / family name / full name / maiden name / birth name / middle name / initials / preferred name
        name first / name last / first and last name / nickname / lname / fname
        naam / namen / voornaam / voornamen / achternaam / roepnaam / familienaam / meisjesnaam / geboortenaam
        geslachtsnaam / voorletters / voorletter / tussenvoegsel / tussenvoegsels / initialen / volledige naam
        naam voluit / voor en achternaam / eigennaam / naam partner / partnernaam
        vorname / vornamen / nachname / zuname / familienname / geburtsname / rufname / mädchenname / vollname
        vollständiger name / initiale / name vorname / vor und nachname / name und vorname / namenszusatz
        nom / prénom / prénoms / nom de famille / nom complet / nom de naissance / nombre / apellido / apellidos
        nombre completo / cognome / nome / nome e cognome / sobrenome / apelido / navn / fornavn / etternavn / efternavn
        namn / förnamn / efternamn / imię / nazwisko
    """,
    "birth_date": """
        birth date / birthdate / date of birth / dob / d o b / birthday / birth day / birth year / year of birth
        born / born on / born at / birth / month of birth / day of birth / birth month / date birth
        geboortedatum / geboorte datum / geb datum / gebdat / gebdatum / geboren / geboren op / geboortedag
        geboortejaar / geb jaar / geboorte / datum geboorte / geb / geboortemaand
        geburtsdatum / geburts datum / geburtstag / geburtsjahr / geb am / geboren am / gebdatum / gebtag / gebjahr
        geburt / geburtsmonat / datum der geburt
        date de naissance / né le / née le / naissance / ddn / fecha de nacimiento / data di nascita
        data de nascimento / födelsedatum / fødselsdato / data urodzenia
    """,
    "address": """
        address / home address / street / street name / house number / house no / postcode / post code / postal code
        zip / zip code / zipcode / place of residence / residence / postal address / mailing address / home town
        place of birth / birth place / birthplace
        adres / woonadres / huisadres / postadres / straat / straatnaam / huisnummer / huisnr / postcode / woonplaats
        postbus / adresregel / geboorteplaats / straat en huisnummer
        adresse / anschrift / straße / strasse / hausnummer / hausnr / plz / postleitzahl / wohnort / wohnadresse
        postanschrift / geburtsort / straße und hausnummer / plz ort / wohnsitz
        rue / code postal / domicile / dirección / domicilio / código postal / indirizzo / adress / postnummer
    """,
    "phone": """
        phone / phone number / phone no / telephone / telephone number / mobile / mobile number / mobile phone / cell
        cell phone / cellphone / tel / tel no / home phone / work phone / contact number / fax / whatsapp
        telefoon / telefoonnummer / telefoonnr / telnr / tel nr / mobiel / mobielnummer / mobiele nummer / gsm
        mobiel nummer / 06 nummer / thuisnummer
        telefon / telefonnummer / telefonnr / telnummer / handy / handynummer / handynr / mobil / mobilnummer
        mobiltelefon / rufnummer / festnetz
        téléphone / numéro de téléphone / portable / teléfono / móvil / telefono / cellulare
    """,
    "email": """
        email / e mail / email address / mail / mail address / emailaddress
        emailadres / e mailadres / mailadres
        emailadresse / mailadresse
        courriel / adresse email / correo / correo electrónico / posta elettronica
    """,
    "national_number": """
        national number / national id / national identification number / social security number / social security no
        social security / ssn / nhs / nhs number / nhs no / nhs id / chi number / passport / passport number
        passport no / insurance number / identity card number / id card number / driving licence number
        national insurance number / nino
        bsn / bsn nummer / bsnnr / burgerservicenummer / burger service nummer / sofinummer / sofi nummer / sofi
        rijksregisternummer / insz / niss / paspoortnummer / polisnummer / verzekeringsnummer / identiteitskaartnummer
        rijbewijsnummer / verzekerdennummer
        ahv / ahvn13 / ahv nr / ahv nummer / ahvnr / versichertennummer / versicherungsnummer / versichertennr / kvnr
        krankenversichertennummer / krankenversicherungsnummer / sozialversicherungsnummer / svnr / sv nummer
        svnummer / rentenversicherungsnummer / steuer id / steueridentifikationsnummer / personalausweisnummer
        ausweisnummer / reisepassnummer / versicherten id / egk nummer / sozialversicherung
        numéro avs / avs / numéro de sécurité sociale / nir / insee / nss / codice fiscale / dni / cpf / pesel
        personnummer / fødselsnummer / cpr / cpr nummer
    """,
}
# Words beside which a word that the registry does not know is somebody's name.
PERSON_WORDS = """
    mr mrs ms miss dhr mevr mw mevrouw meneer heer hr herr frau fr fam familie family patient patiënt patientin pat
    geb geboren born dob dossier
"""
# Given names so common in the registry's countries that one of them in a file's name is somebody's. Months are none.
GIVEN_NAMES = """
    aaron abdul adam adriaan ahmed aisha albert alexander alexandra ali alice amelia amy andrea andreas andrew
    angela anke anna anne anneke annemarie anouk anthony anton antonia arie arjan arthur astrid barbara bart bas
    beatrix ben benjamin bernd bernhard bert bettina birgit björn bram brian brigitte carla carolin caroline
    catherine cees charles charlotte chris christian christina christine christopher claudia clara coen cornelia
    cornelis daan daniel daniela david debbie dennis diana dieter dirk dominik donald dorothea eberhard edith eduard
    edward elena elias elisabeth elizabeth ella els elsa emil emily emma emma erik erich ernst esther eva evelien
    fatima felix femke ferdinand fleur florian frank franz fred frederik friedrich fritz gabriele geert george georg
    gerard gerd gerda gerhard gert gijs gisela greta guido günter hanna hannah hanneke hans harald harry hassan
    heike heinrich heinz helen helena helga hendrik henk henri henry herbert herman hermann horst ibrahim ilse inge
    ingrid irene iris isabel isabella ivo jaap jack jacob jakob james jana jane janneke jasmijn jasper jennifer
    jeroen jessica jo joachim jochen johan johanna johannes john jonas joop joost jos joseph josef joyce judith
    julia julian jürgen jutta kai karel karen karin karl katharina katja kees kerstin kevin khadija klaas klaus koen
    konrad kurt lars laura lena leo leon leonie lieke lies linda lisa lotte louis louise luc lucas lucia ludwig
    luisa luuk maarten manfred manon marc marco margaret margot margriet maria marian marianne marie marieke marijke
    marina marion marjan marjolein marlies marloes martha martijn martin martina mary matthias matthijs max
    maximilian mehmet meike melanie merel michael michelle miriam mohamed mohammed monika monique moritz mustafa
    nadine nancy natalie nicolas nicole niels nick nina noah nora olaf oliver olivia oscar otto patricia patrick
    paul paula paulien peter petra philipp philip pia piet pieter rachel rainer ralf rebecca reinhard renate rené
    richard rick rob robert robin roel roland rolf ronald rosa ruben rudolf ruth saar sabine samuel sander sandra
    sara sarah sebastian sem sibylle silke silvia simon simone sjoerd sofia sofie sonja sophia sophie stefan
    stefanie stephan stephen steven susan susanne suzanne sven sylvia tanja teun theo theresa thijs thomas thorsten
    tijs tim timo tobias tom tessa tomas ulrich ulrike ursula uwe vera victor victoria vincent walter werner wilhelm
    willem william willy wim wolfgang wouter yasmin yusuf yvonne
"""
# Words that only say whose or which: `name of the patient`, `patiënt_naam`, `Telefon 2 (privat)`.
WHOSE = """
    patient patients patienten patientin patiënt patiënten patiente pat pt client cliënt klant person persoon
    participant participants deelnemer deelnemers teilnehmer teilnehmerin subject proband probandin persönlich of
    the a an for de het een van der die das des dem vom von du la le les el il und and en et or of oder private
    privat privé home thuis work werk line regel zeile no nr number nummer current huidig huidige his her sein ihr
    id your uw ihre full own eigen
"""
