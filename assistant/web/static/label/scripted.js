// Says at once, before anything is drawn, that scripts run: what they open is then closed at first.

document.documentElement.classList.add("scripted");
